import type { Config } from './config/config.ts';
import { type Counters, createCounters } from './core/counters.ts';
import { createNode } from './core/create-node.ts';
import { drain } from './core/drain.ts';
import type { Events } from './core/events.ts';
import type { Clock, Drivers, DriversOptions, Log } from './core/ports.ts';
import { Reception } from './core/reception.ts';
import { TrustedProxies } from './core/remote-address.ts';
import { createMemoryDrivers } from './drivers/memory/drivers.ts';
import { createRedisDrivers } from './drivers/redis/drivers.ts';
import { systemClock } from './drivers/system-clock.ts';
import { closeOrphaned } from './drivers/workers/orphan.ts';
import { createRouter } from './http/router.ts';
import { logEvents } from './logs/event-log.ts';
import { UwsApp } from './uws/app.ts';
import { UwsHttp } from './uws/http.ts';
import { Upkeep } from './uws/upkeep.ts';
import { serveWebSockets } from './uws/websocket.ts';
import { createWebhooks } from './webhooks/webhooks.ts';

export interface ServerOptions {
  readonly log: Log;
  /** For tests; the system's by default. */
  readonly clock?: Clock;
  /** For processes that meet otherwise than the configuration says. */
  readonly createDrivers?: (options: DriversOptions) => Drivers;
  /** Whether other processes listen on the same port, which then must not be 0; false by default. */
  readonly sharesPort?: boolean;
}

/** A server from `start` to `stop`; once stopped it cannot start again. */
export interface Server {
  /** What happens on this node, for listeners of any kind. */
  readonly events: Events;
  /** How often each limit has acted; they grow. */
  readonly counters: Readonly<Counters>;
  /** Reads the certificate and its key again, for new connections; keeps the old ones, and says so in the log, when the new ones cannot be used. */
  reload(): void;
  /** Resolves when connections are accepted, with the port that was bound. Rejects, naming host and port, when the port is taken. */
  start(): Promise<{ readonly host: string; readonly port: number }>;
  /** Fails readiness, accepts nothing new, closes all sockets with 4200 over the drain window. Resolves when all is closed. */
  stop(): Promise<void>;
  /** Accepts nothing new and closes all sockets with 1001, both at once, for a process that has to end now and cannot stop in order. */
  abandon(): void;
}

/** Wires a checked configuration into a server. Nothing is opened before `start`. */
export function createServer(config: Config, options: ServerOptions): Server {
  const parts = createParts(config, options);
  const { app, counters, drivers, engine, outbox, upkeep, webhooks, tick } = parts;
  let isDraining = false;
  const { http, reception } = createEdges(config, parts, () => isDraining);
  const close = () => {
    isDraining = true;
    app.stopListening();
    reception.close();
  };
  let ticker: NodeJS.Timeout | undefined;
  return {
    events: engine.events,
    counters,
    reload: () => upkeep.reload(),
    async start() {
      const { host, port } = config.server;
      await drivers.start();
      const bound = await app.listen(host, port);
      ticker = setInterval(() => {
        for (const part of [{ tick }, http, reception]) part.tick();
        if (!isDraining) upkeep.tick();
      }, 1000);
      return { host, port: bound };
    },
    async stop() {
      close();
      await drain(engine.hub, config.drain.windowSeconds);
      outbox.flushAll();
      await drivers.drained?.();
      // At least one attempt's time: the last sockets' events have only just come.
      await webhooks.close(Math.max(config.drain.windowSeconds * 1000, config.webhooks.timeoutMilliseconds));
      await drivers.close();
      clearInterval(ticker);
      app.close();
    },
    abandon() {
      close();
      closeOrphaned(engine.hub);
    },
  };
}

/** What a server is made of, but for its edges. */
function createParts(config: Config, { log, clock = systemClock, createDrivers = driversOf(config), sharesPort = false }: ServerOptions) {
  const counters = createCounters();
  const { tls } = config.server;
  const { unsentBytes, openFilesPercent } = config.limits;
  const app: UwsApp = new UwsApp({ tls, unsentBytes, onSocket: (by) => upkeep.countSocket(by), sharesPort });
  const upkeep = new Upkeep({ app, tls, openFilesPercent, counters, log });
  const fanout = (topic: string, frame: string) => app.publish(topic, frame);
  const node = createNode({ ...config, ...config.delivery, clock, counters, createDrivers, fanout, log });
  const { events } = node.engine;
  const webhooks = createWebhooks({ events, apps: node.drivers.apps, queue: node.drivers.webhooks, settings: config.webhooks, clock, log });
  if (config.log.level === 'debug' || config.log.level === 'trace') logEvents(events, log);
  return { ...node, app, counters, log, upkeep, webhooks };
}

type Parts = ReturnType<typeof createParts>;

/** Where others reach it. */
function createEdges({ server, limits }: Config, { app, counters, engine, log, upkeep }: Parts, isDraining: () => boolean) {
  const reception = new Reception({ ...engine, limits });
  const edge = { engine, prefix: server.path, isDraining };
  const proxies = new TrustedProxies(server.trustedProxies);
  serveWebSockets(app, { ...edge, reception, proxies, hasTls: server.tls !== undefined, onClose: () => upkeep.countSocket(-1) });
  const http = new UwsHttp(app, { handle: createRouter(edge), limits, counters, log });
  return { http, reception };
}

/** Redis when it is configured, else this process alone. */
function driversOf({ redis }: Config): (options: DriversOptions) => Drivers {
  return redis === undefined ? createMemoryDrivers : (options) => createRedisDrivers({ ...options, settings: redis });
}
