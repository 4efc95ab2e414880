import type { ServerLimits } from '../protocol/limits.ts';
import { announce } from './announce.ts';
import type { App } from './app.ts';
import { end } from './close.ts';
import type { Counters } from './counters.ts';
import type { Engine } from './engine.ts';
import { Events } from './events.ts';
import { Heartbeat } from './heartbeat.ts';
import { Holding } from './holding.ts';
import { Hub } from './hub.ts';
import { KeyedQueue } from './keyed-queue.ts';
import { Outbox } from './outbox.ts';
import type { Clock, Drivers, DriversOptions, Fanout, Log } from './ports.ts';
import { receiveBatch } from './receive-batch.ts';
import { SubscriptionCounts } from './subscription-counts.ts';
import { SubscriptionPace } from './subscription-pace.ts';
import { Watchlists } from './watchlists.ts';

export interface NodeOptions {
  readonly apps: readonly App[];
  readonly clock: Clock;
  readonly counters: Counters;
  readonly createDrivers: (options: DriversOptions) => Drivers;
  readonly fanout: Fanout;
  readonly limits: ServerLimits;
  readonly log: Log;
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
export function createNode({ apps, clock, counters, createDrivers, fanout, limits, log, windowMilliseconds }: NodeOptions): Node {
  const events = new Events((fault) => log.error({ err: fault }, 'a listener failed'));
  const outbox = new Outbox({ fanout, clock, windowMilliseconds });
  const hub = new Hub(outbox);
  const heartbeat = new Heartbeat(end);
  const holding = new Holding(heldSockets);
  const pace = new SubscriptionPace({ clock, counters });
  const watchlists = new Watchlists();
  const counts = new SubscriptionCounts({ hub, events, clock });
  const drivers = createDrivers({
    apps,
    clock,
    log,
    announce: (announcement) => announce({ hub, events, clock, watchlists, counts }, announcement),
    receiveBatch: (batch) => receiveBatch({ hub }, batch),
    watched: () => watchlists.watched(),
  });
  const engine: Engine = { ...drivers, clock, counters, events, heartbeat, holding, hub, limits, log, pace, queue: new KeyedQueue(), watchlists };
  const tick = () => {
    heartbeat.tick();
    holding.tick();
    pace.tick();
    counts.tick();
  };
  return { drivers, engine, outbox, tick };
}
