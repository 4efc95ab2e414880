import type { ServerLimits } from '../protocol/limits.ts';
import type { Counters } from './counters.ts';
import type { Events } from './events.ts';
import type { Heartbeat } from './heartbeat.ts';
import type { Holding } from './holding.ts';
import type { Hub } from './hub.ts';
import type { KeyedQueue } from './keyed-queue.ts';
import type { AppStore, Broker, Clock, ConnectionQuota, EventCache, IdempotencyStore, Log, RateLimiter, Registry } from './ports.ts';
import type { SubscriptionPace } from './subscription-pace.ts';
import type { Watchlists } from './watchlists.ts';

/** What the journeys work on. Each takes the smallest part of it that it needs. */
export interface Engine {
  readonly apps: AppStore;
  readonly broker: Broker;
  readonly cache: EventCache;
  readonly clock: Clock;
  readonly counters: Counters;
  readonly events: Events;
  readonly heartbeat: Heartbeat;
  readonly holding: Holding;
  readonly hub: Hub;
  readonly idempotency: IdempotencyStore;
  readonly limits: ServerLimits;
  readonly log: Log;
  /** Orders subscriptions that come too fast. */
  readonly pace: SubscriptionPace;
  /** Orders the journeys of one socket on one channel. */
  readonly queue: KeyedQueue;
  readonly quota: ConnectionQuota;
  readonly rates: RateLimiter;
  readonly registry: Registry;
  readonly watchlists: Watchlists;
}
