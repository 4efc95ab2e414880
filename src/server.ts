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
}

const systemClock: Clock = { now: () => Date.now(), monotonic: () => performance.now() };

/** Wires a checked configuration into a server. Nothing is opened before `start`. */
export function createServer(config: Config, { log, clock = systemClock, createDrivers }: ServerOptions): Server {
  const counters = createCounters();
  const { tls, path: prefix, trustedProxies } = config.server;
  const { unsentBytes, openFilesPercent } = config.limits;
  const app = new UwsApp({ tls, unsentBytes, onSocket: (by) => upkeep.countSocket(by) });
  const upkeep = new Upkeep({ app, tls, openFilesPercent, counters, log });
  const { engine, drivers, outbox, tick } = createNode({
    ...config,
    ...config.delivery,
    clock,
    counters,
    createDrivers: createDrivers ?? driversOf(config),
    fanout: (topic, frame) => app.publish(topic, frame),
    log,
  });
  const webhooks = createWebhooks({ events: engine.events, apps: drivers.apps, queue: drivers.webhooks, settings: config.webhooks, clock, log });
  let isDraining = false;
  const reception = new Reception({ clock, counters, holding: engine.holding, limits: config.limits });
  const edge = { engine, prefix, isDraining: () => isDraining };
  const proxies = new TrustedProxies(trustedProxies);
  serveWebSockets(app, { ...edge, reception, proxies, hasTls: tls !== undefined, onClose: () => upkeep.countSocket(-1) });
  const http = new UwsHttp(app, { handle: createRouter(edge), limits: config.limits, log });
  if (config.log.level === 'debug' || config.log.level === 'trace') logEvents(engine.events, log);
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
        tick();
        http.tick();
        reception.tick();
        if (!isDraining) upkeep.tick();
      }, 1000);
      return { host, port: bound };
    },
    async stop() {
      isDraining = true;
      app.stopListening();
      reception.close();
      await drain(engine.hub, config.drain.windowSeconds);
      outbox.flushAll();
      // At least one attempt's time: the last sockets' events have only just come.
      await webhooks.close(Math.max(config.drain.windowSeconds * 1000, config.webhooks.timeoutMilliseconds));
      await drivers.close();
      clearInterval(ticker);
      app.close();
    },
  };
}

/** Redis when it is configured, else this process alone. */
function driversOf({ redis }: Config): (options: DriversOptions) => Drivers {
  return redis === undefined ? createMemoryDrivers : (options) => createRedisDrivers({ ...options, settings: redis });
}
