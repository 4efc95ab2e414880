import type { Config } from './config/config.ts';
import { announce } from './core/announce.ts';
import { end } from './core/close.ts';
import { drain } from './core/drain.ts';
import type { Engine } from './core/engine.ts';
import { Events } from './core/events.ts';
import { Heartbeat } from './core/heartbeat.ts';
import { Hub } from './core/hub.ts';
import { KeyedQueue } from './core/keyed-queue.ts';
import { Outbox } from './core/outbox.ts';
import type { Clock, Drivers, Fanout, Log } from './core/ports.ts';
import { receiveBatch } from './core/receive-batch.ts';
import { SubscriptionCounts } from './core/subscription-counts.ts';
import { Watchlists } from './core/watchlists.ts';
import { createMemoryDrivers } from './drivers/memory/drivers.ts';
import { createRouter } from './http/router.ts';
import { logEvents } from './logs/event-log.ts';
import { UwsApp } from './uws/app.ts';
import { UwsHttp } from './uws/http.ts';
import { serveWebSockets } from './uws/websocket.ts';
import { createWebhooks, type Webhooks } from './webhooks/webhooks.ts';

export interface ServerOptions {
  readonly log: Log;
  /** For tests; the system's by default. */
  readonly clock?: Clock;
}

/** A server from `start` to `stop`; once stopped it cannot start again. */
export interface Server {
  /** What happens on this node, for listeners of any kind. */
  readonly events: Events;
  /** Resolves when connections are accepted, with the port that was bound. Rejects, naming host and port, when the port is taken. */
  start(): Promise<{ readonly host: string; readonly port: number }>;
  /** Fails readiness, accepts nothing new, closes all sockets with 4200 over the drain window. Resolves when all is closed. */
  stop(): Promise<void>;
}

/** What serves between start and stop. */
interface Node {
  readonly engine: Engine;
  readonly drivers: Drivers;
  readonly outbox: Outbox;
  readonly webhooks: Webhooks;
  /** Called once a second. */
  tick(): void;
}

const systemClock: Clock = { now: () => Date.now(), monotonic: () => performance.now() };

/** Wires a checked configuration into a server. Nothing is opened before `start`. */
export function createServer(config: Config, { log, clock = systemClock }: ServerOptions): Server {
  const app = new UwsApp(config.server.tls);
  const { engine, drivers, outbox, webhooks, tick } = createNode(config, (topic, frame) => app.publish(topic, frame), clock, log);
  let isDraining = false;
  const edge = { engine, prefix: config.server.path, isDraining: () => isDraining };
  serveWebSockets(app, edge);
  const http = new UwsHttp(app, { handle: createRouter(edge), limits: config.limits, log });
  if (config.log.level === 'debug' || config.log.level === 'trace') logEvents(engine.events, log);
  let ticker: NodeJS.Timeout | undefined;
  return {
    events: engine.events,
    async start() {
      const { host, port } = config.server;
      await drivers.start();
      const bound = await app.listen(host, port);
      ticker = setInterval(() => {
        tick();
        http.tick();
      }, 1000);
      return { host, port: bound };
    },
    async stop() {
      isDraining = true;
      app.stopListening();
      await drain(engine.hub, config.drain.windowSeconds);
      outbox.flushAll();
      await webhooks.close(config.drain.windowSeconds * 1000);
      await drivers.close();
      clearInterval(ticker);
      app.close();
    },
  };
}

function createNode(config: Config, fanout: Fanout, clock: Clock, log: Log): Node {
  const events = new Events();
  const outbox = new Outbox({ fanout, clock, ...config.delivery });
  const hub = new Hub(outbox);
  const heartbeat = new Heartbeat(end);
  const watchlists = new Watchlists();
  const counts = new SubscriptionCounts({ hub, events, clock });
  const drivers = createMemoryDrivers({
    apps: config.apps,
    clock,
    announce: (announcement) => announce({ hub, events, clock, watchlists, counts }, announcement),
    receiveBatch: (batch) => receiveBatch({ hub }, batch),
  });
  const engine: Engine = { ...drivers, clock, events, heartbeat, hub, limits: config.limits, log, queue: new KeyedQueue(), watchlists };
  const webhooks = createWebhooks({ events, apps: drivers.apps, queue: drivers.webhooks, settings: config.webhooks, clock, log });
  const tick = () => {
    heartbeat.tick();
    counts.tick();
  };
  return { engine, drivers, outbox, webhooks, tick };
}
