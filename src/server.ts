import { hostname } from 'node:os';
import { createAuthRouter } from './auth/router.ts';
import type { Config } from './config/config.ts';
import { type Counters, createCounters } from './core/counters.ts';
import { createNode } from './core/create-node.ts';
import { handshakeSources } from './core/credentials.ts';
import { drain } from './core/drain.ts';
import type { Events } from './core/events.ts';
import { MemoryUse } from './core/memory-use.ts';
import type { Clock, Drivers, DriversOptions, Log } from './core/ports.ts';
import { Reception } from './core/reception.ts';
import { TrustedProxies } from './core/remote-address.ts';
import { createTokenCounters } from './core/token-counters.ts';
import { JoseTokenVerifier } from './drivers/jose/token-verifier.ts';
import { createMemoryDrivers } from './drivers/memory/drivers.ts';
import { createRedisDrivers } from './drivers/redis/drivers.ts';
import { systemClock } from './drivers/system-clock.ts';
import { closeOrphaned } from './drivers/workers/orphan.ts';
import { workerCount } from './drivers/workers/supervisor.ts';
import { Feed } from './feed/feed.ts';
import { Readiness } from './http/readiness.ts';
import { reportRefusal } from './http/refusal.ts';
import { createRouter } from './http/router.ts';
import { EventLog } from './logs/event-log.ts';
import type { LogLevel } from './logs/level.ts';
import { countLines, createLineCounts, type LineCounts } from './metrics/line-counts.ts';
import { createMetrics, type Metrics } from './metrics/metrics.ts';
import { createTracer } from './traces/tracer.ts';
import { UwsApp } from './uws/app.ts';
import { UwsHttp } from './uws/http.ts';
import { Upkeep } from './uws/upkeep.ts';
import { serveWebSockets } from './uws/websocket.ts';
import { readVersion } from './version.ts';
import { createWebhooks } from './webhooks/webhooks.ts';

export interface ServerOptions {
  readonly log: Log;
  /** Where the log's warnings and errors are counted, when somebody else counts his there, too. */
  readonly lines?: LineCounts;
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
  /** What its metrics are now; undefined where they are switched off. */
  readonly readMetrics: Metrics['read'] | undefined;
  /** Reads the certificate and its key again, for new connections; keeps the old ones, and says so in the log, when the new ones cannot be used. */
  reload(): void;
  /** Tells the log of events of this level and above. What it writes of them is its own matter. */
  setLogLevel(level: LogLevel): void;
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
  const { app, counters, drivers, engine, eventLog, upkeep, tick } = parts;
  let isDraining = false;
  const { http, readiness, reception, feed } = createEdges(config, parts, () => isDraining);
  const close = () => {
    isDraining = true;
    app.stopListening();
    reception.close();
    feed?.close();
  };
  const metrics = createServerMetrics(config, options, parts, () => isDraining);
  let ticker: NodeJS.Timeout | undefined;
  return {
    events: engine.events,
    counters,
    readMetrics: metrics?.read,
    reload: () => upkeep.reload(),
    setLogLevel: (level) => eventLog.setLevel(level),
    async start() {
      const { host, port } = config.server;
      await drivers.start();
      const bound = await app.listen(host, port);
      upkeep.tick(); // a crowd may be here before a second has passed
      ticker = setInterval(() => {
        if (!isDraining) upkeep.tick();
        for (const part of [{ tick }, http, readiness, reception, feed]) part?.tick();
      }, 1000);
      await metrics?.open(bound);
      return { host, port: bound };
    },
    async stop() {
      close();
      await finish(config, parts);
      clearInterval(ticker);
      app.close();
      metrics?.close();
    },
    abandon() {
      close();
      closeOrphaned(engine.hub);
    },
  };
}

/** From the last socket to the last webhook: each leaves something to the next. */
async function finish({ drain: { windowSeconds }, webhooks: { timeoutMilliseconds } }: Config, parts: Parts): Promise<void> {
  const { drivers, engine, outbox, webhooks } = parts;
  await drain(engine.hub, windowSeconds);
  outbox.flushAll();
  await drivers.drained?.();
  // At least one attempt's time: the last sockets' events have only just come.
  await webhooks.close(Math.max(windowSeconds * 1000, timeoutMilliseconds));
  await drivers.close();
  engine.tokens.close();
}

/** What a server is made of, but for its edges. */
function createParts(config: Config, options: ServerOptions) {
  const { log: uncounted, lines = createLineCounts(), clock = systemClock, createDrivers = driversOf(config), sharesPort = false } = options;
  const counters = createCounters();
  const log = countLines(uncounted, lines);
  const { tls } = config.server;
  const { unsentBytes, openFilesPercent } = config.limits;
  const app: UwsApp = new UwsApp({ tls, unsentBytes, onSocket: (by) => upkeep.countSocket(by), sharesPort });
  const upkeep = new Upkeep({ app, tls, openFilesPercent, counters, log });
  const fanout = (topic: string, frame: string) => app.publish(topic, frame);
  const tokenCounters = createTokenCounters();
  const tokens = new JoseTokenVerifier({ clock, counters: tokenCounters, log });
  const tracer = createTracer();
  const node = createNode({ ...config, ...config.delivery, clock, counters, createDrivers, fanout, log, tokens, tracer });
  const { events } = node.engine;
  const webhooks = createWebhooks({
    events,
    apps: node.drivers.apps,
    causes: node.engine.causes,
    tracer,
    queue: node.drivers.webhooks,
    settings: config.webhooks,
    clock,
    log,
  });
  const eventLog = new EventLog(events, log, config.log.level);
  return { ...node, app, counters, eventLog, lines, log, tokenCounters, upkeep, webhooks };
}

type Parts = ReturnType<typeof createParts>;

/** Where others reach it. */
function createEdges(config: Config, { app, counters, engine, log, upkeep }: Parts, isDraining: () => boolean) {
  const { apps, server, limits, feed: feedSettings } = config;
  const memory = new MemoryUse({ ...config.health, processes: workerCount(config.workers) });
  const readiness = new Readiness({ ...engine, memory, isDraining, outageSeconds: config.health.outageSeconds });
  const reception = new Reception({ ...engine, limits });
  const edge = { engine, prefix: server.path, isDraining };
  const node = `${hostname()}:${process.pid}`;
  const feed = feedSettings.enabled ? new Feed({ engine, settings: feedSettings, node }) : undefined;
  const arrival = { prefix: server.path, proxies: new TrustedProxies(server.trustedProxies), hasTls: server.tls !== undefined };
  serveWebSockets(app, { ...edge, ...arrival, reception, tokenSources: handshakeSources(apps), onClose: () => upkeep.countSocket(-1) });
  const http = new UwsHttp(app, {
    ...arrival,
    handle: createRouter({ ...edge, health: readiness, ...(feed !== undefined && { feed }) }),
    handleAuth: createAuthRouter(edge),
    isDraining,
    limits,
    counters,
    log,
    traffic: engine.traffic,
    refused: (request, response) => reportRefusal(engine, request, response),
  });
  return { http, readiness, reception, feed };
}

function createServerMetrics({ apps, metrics: settings }: Config, options: ServerOptions, parts: Parts, isDraining: () => boolean) {
  if (!settings.enabled) return undefined;
  const { app, tokenCounters: tokens } = parts;
  return createMetrics({
    ...parts,
    apps,
    settings,
    tokens,
    isDraining,
    certificateExpiry: () => app.certificateExpiry,
    isWorker: options.sharesPort ?? false,
    version: readVersion(),
  });
}

/** Redis when it is configured, else this process alone. */
function driversOf({ redis }: Config): (options: DriversOptions) => Drivers {
  return redis === undefined ? createMemoryDrivers : (options) => createRedisDrivers({ ...options, settings: redis });
}
