import type { OrderName, Orders } from './messages.ts';
import type { Wire } from './wire.ts';

/** A worker as its parent sees it. */
export class HostNode {
  readonly wire: Wire;
  /** Which worker it is, once it has said so. */
  workerId: string | undefined;
  /** Seconds of the parent's own clock since it was last heard. */
  silentTicks = 0;
  /** Connections that it counts, per app. */
  readonly connections = new Map<string, number>();
  /** Where it is known elsewhere. */
  ids: readonly string[] = [];
  /** Idempotency keys that it has claimed and not yet answered under; the oldest first. */
  readonly claims = new Set<string>();
  hasDrained = false;
  isGone = false;

  constructor(wire: Wire) {
    this.wire = wire;
  }

  order<Name extends OrderName>(name: Name, ...args: Parameters<Orders[Name]>): void {
    this.wire.sendText(orderText(name, ...args));
  }

  facts(...args: Parameters<Orders['facts']>): void {
    this.order('facts', ...args);
  }

  reply(number: number, answer: unknown): void {
    this.wire.send(['reply', number, answer]);
  }

  fail(number: number, error: unknown): void {
    this.wire.send(['reply', number, null, String(error)]);
  }
}

/** An order as JSON, so that one text can go to many workers. */
export function orderText<Name extends OrderName>(name: Name, ...[argument]: Parameters<Orders[Name]>): string {
  return JSON.stringify(['order', name, argument]);
}
