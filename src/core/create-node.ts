import { Hmac } from '../protocol/hmac.ts';
import type { ServerLimits } from '../protocol/limits.ts';
import { announce } from './announce.ts';
import type { App } from './app.ts';
import { Causes } from './causes.ts';
import { end } from './close.ts';
import type { Counters } from './counters.ts';
import type { Engine } from './engine.ts';
import { Events } from './events.ts';
import { Heartbeat } from './heartbeat.ts';
import { Holding } from './holding.ts';
import { Hub } from './hub.ts';
import type { TokenVerifier } from './identity.ts';
import { KeyedQueue } from './keyed-queue.ts';
import { Outbox } from './outbox.ts';
import type { Clock, Drivers, DriversOptions, Fanout, Log } from './ports.ts';
import { receiveBatch } from './receive-batch.ts';
import { RevocationList } from './revocation-list.ts';
import { obeyRevocation } from './revoke.ts';
import { SubscriptionCounts } from './subscription-counts.ts';
import { SubscriptionPace } from './subscription-pace.ts';
import { TokenLife } from './token-life.ts';
import type { Tracer } from './tracer.ts';
import { Traffic } from './traffic.ts';
import { Watchlists } from './watchlists.ts';

export interface NodeOptions {
  readonly apps: readonly App[];
  readonly clock: Clock;
  readonly counters: Counters;
  readonly createDrivers: (options: DriversOptions) => Drivers;
  readonly fanout: Fanout;
  readonly limits: ServerLimits;
  readonly log: Log;
  readonly tokens: TokenVerifier;
  readonly tracer?: Tracer | undefined;
  readonly windowMilliseconds: number;
}

/** The core of one server process, with drivers but without edges. */
export interface Node {
  readonly drivers: Drivers;
  readonly engine: Engine;
  readonly outbox: Outbox;
  /** To be called once a second. */
  tick(): void;
}

/** Strangers that are sent away later; one more is answered 503. */
const heldSockets = 2000;

/** Puts the core together: what the registry announces and the broker carries ends in the hub, which hands it to the fan-out. */
export function createNode(options: NodeOptions): Node {
  const { apps, clock, counters, createDrivers, limits, log, tokens, tracer } = options;
  const { counts, outbox, ...state } = createState(options);
  const { causes, events, hub, revoked, tokenLife, traffic, watchlists } = state;
  const drivers: Drivers = createDrivers({
    apps,
    clock,
    log,
    announce: (announcement) => announce({ hub, events, clock, traffic, watchlists, counts }, announcement),
    receiveBatch: (batch, publishedAt) => receiveBatch({ hub, broker: drivers.broker, causes, tracer }, batch, publishedAt),
    revoked: { add: (revocation) => obeyRevocation({ hub, revoked, tokenLife }, revocation), all: () => revoked.all() },
    watched: () => watchlists.watched(),
  });
  const engine: Engine = { ...drivers, ...state, clock, counters, limits, log, tokens, tracer };
  const ticking = [state.heartbeat, state.holding, state.pace, counts, tokenLife, revoked];
  const tick = () => {
    for (const part of ticking) part.tick();
  };
  return { drivers, engine, outbox, tick };
}

/** What a node remembers by itself. */
function createState({ clock, counters, fanout, log, windowMilliseconds }: NodeOptions) {
  const events = new Events((fault) => log.error({ err: fault }, 'a listener failed'));
  const traffic = new Traffic();
  const outbox = new Outbox({ fanout, clock, traffic, windowMilliseconds });
  const hub = new Hub(outbox);
  return {
    causes: new Causes(clock),
    counts: new SubscriptionCounts({ hub, events, clock, traffic }),
    events,
    heartbeat: new Heartbeat(end),
    hmac: new Hmac(),
    holding: new Holding(heldSockets),
    hub,
    outbox,
    pace: new SubscriptionPace({ clock, counters }),
    queue: new KeyedQueue(),
    revoked: new RevocationList(clock),
    tokenLife: new TokenLife(clock, end),
    traffic,
    watchlists: new Watchlists(),
  };
}
