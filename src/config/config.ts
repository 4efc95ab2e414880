import type { App } from '../core/app.ts';
import type { RedisSettings } from '../drivers/redis/settings.ts';
import type { FeedSettings } from '../feed/settings.ts';
import type { LogSettings } from '../logs/settings.ts';
import type { MetricsSettings } from '../metrics/settings.ts';
import type { ServerLimits } from '../protocol/limits.ts';
import type { WebhookSettings } from '../webhooks/settings.ts';

/** A set of numbers taken from another server, for clients that were tuned to it. */
export type PresetName = 'pusher' | 'reverb' | 'soketi';

/** Everything a server needs to know, checked and complete. `Infinity` means no limit. Plain data. */
export interface Config {
  readonly server: {
    readonly host: string;
    /** 0 picks a free port. */
    readonly port: number;
    /** In front of `/app` and `/apps`: empty, or `/` and a path without a slash at its end. */
    readonly path: string;
    readonly tls?: { readonly certFile: string; readonly keyFile: string };
    /** Addresses and networks whose headers are believed. */
    readonly trustedProxies: readonly string[];
  };
  /** At least one. */
  readonly apps: readonly App[];
  readonly limits: ServerLimits;
  /** 0 delivers every event at once. */
  readonly delivery: { readonly windowMilliseconds: number };
  /** The time over which open sockets are closed when the server stops. */
  readonly drain: { readonly windowSeconds: number };
  readonly metrics: MetricsSettings;
  readonly feed: FeedSettings & { readonly enabled: boolean };
  readonly webhooks: WebhookSettings;
  readonly log: LogSettings;
  /** From where on the node wants no more clients. */
  readonly health: { readonly memoryPercent: number; readonly memoryBytes: number; readonly outageSeconds: number };
  readonly preset?: PresetName;
  /** Processes that share the port. */
  readonly workers: number | 'auto';
  readonly redis?: RedisSettings;
}
