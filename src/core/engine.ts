import type { Hmac } from '../protocol/hmac.ts';
import type { ServerLimits } from '../protocol/limits.ts';
import type { Causes } from './causes.ts';
import type { Counters } from './counters.ts';
import type { Events } from './events.ts';
import type { Heartbeat } from './heartbeat.ts';
import type { Holding } from './holding.ts';
import type { Hub } from './hub.ts';
import type { TokenVerifier } from './identity.ts';
import type { KeyedQueue } from './keyed-queue.ts';
import type { AppStore, Broker, Clock, ConnectionQuota, EventCache, IdempotencyStore, Log, RateLimiter, Registry } from './ports.ts';
import type { Revocations } from './revocation.ts';
import type { RevocationList } from './revocation-list.ts';
import type { SubscriptionPace } from './subscription-pace.ts';
import type { TokenLife } from './token-life.ts';
import type { Tracer } from './tracer.ts';
import type { Traffic } from './traffic.ts';
import type { Watchlists } from './watchlists.ts';

/** What the journeys work on. Each takes the smallest part of it that it needs. */
export interface Engine {
  readonly apps: AppStore;
  readonly broker: Broker;
  readonly cache: EventCache;
  readonly causes: Causes;
  readonly clock: Clock;
  readonly counters: Counters;
  readonly events: Events;
  readonly heartbeat: Heartbeat;
  /** Verifies the signatures of clients and backends. */
  readonly hmac: Hmac;
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
  readonly revocations: Revocations;
  /** What this node knows to be revoked. */
  readonly revoked: RevocationList;
  readonly tokenLife: TokenLife;
  /** For `authenticateToken`, which knows of revocations as well. */
  readonly tokens: TokenVerifier;
  readonly traffic: Traffic;
  /** Absent where nobody collects spans. */
  readonly tracer?: Tracer | undefined;
  readonly watchlists: Watchlists;
}
