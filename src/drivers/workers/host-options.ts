import type { Clock, ConnectionQuota, EventCache, IdempotencyStore, Log } from '../../core/ports.ts';

/** What the host tells of its workers. `workerId` as the worker said hello with. */
interface HostListener {
  listening(workerId: string, address: { readonly host: string; readonly port: number }): void;
  failed(workerId: string, reason: string): void;
  /** It does not read or has fallen silent: it has to be killed. */
  stuck(workerId: string, reason: string): void;
}

/** When a worker is taken for dead. */
export interface HostLimits {
  /** A tenth of the time for which it may be silent. */
  readonly tickMilliseconds: number;
  /** What it may leave unread before the others wait for it. */
  readonly maxUnreadBytes: number;
}

export interface HostOptions {
  readonly log: Log;
  readonly clock: Clock;
  readonly cache: EventCache;
  readonly idempotency: IdempotencyStore;
  readonly quota: ConnectionQuota;
  readonly listener: HostListener;
  /** 10 seconds and 16 MB by default. */
  readonly limits?: HostLimits;
}
