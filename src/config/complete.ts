import type { App, AppKey } from '../core/app.ts';
import { type AllowedOrigins, parseOriginPattern } from '../core/origin.ts';
import type { ConnectionSettings } from '../drivers/redis/settings.ts';
import type { AppLimits, ServerLimits } from '../protocol/limits.ts';
import type { AppSettings } from './app-schema.ts';
import { completeJwt } from './complete-jwt.ts';
import type { Config } from './config.ts';
import type { Settings } from './schema.ts';

/** What is not said in the settings but follows from where the process runs. */
export interface Surroundings {
  readonly inProduction: boolean;
  readonly onTerminal: boolean;
}

/** Turns settings that have been checked into the record a server is made from. */
export function completeConfig(settings: Settings, { inProduction, onTerminal }: Surroundings): Config {
  const { server, apps, limits, delivery, drain, webhooks, feed, log, health, metrics, preset, workers, redis } = settings;
  return {
    server,
    apps: apps.map((app) => completeApp(app, pickAppLimits(limits))),
    limits: pickServerLimits(limits),
    delivery,
    drain,
    feed,
    metrics,
    webhooks: { ...webhooks, allowHttp: webhooks.allowHttp ?? !inProduction },
    log: { ...log, pretty: log.pretty ?? onTerminal },
    health,
    ...(preset !== undefined && { preset }),
    workers,
    ...(redis !== undefined && hasAddress(redis) && { redis }),
  };
}

/** A prefix or a password alone leads nowhere. */
function hasAddress({ url, sentinel, cluster }: ConnectionSettings): boolean {
  return url !== undefined || sentinel !== undefined || cluster !== undefined;
}

function completeApp(app: AppSettings, general: AppLimits): App {
  const { id, enabled, clientEvents, subscriptionCount, watchlist, userAuthentication, maxConnections, tlsOnly, jwt, webhooks } = app;
  const allowedOrigins = originsOf(app);
  return {
    id,
    keys: keysOf(app),
    enabled,
    clientEvents,
    subscriptionCount,
    watchlist,
    userAuthentication,
    maxConnections,
    ...(allowedOrigins !== undefined && { allowedOrigins }),
    tlsOnly,
    ...(jwt !== undefined && { jwt: completeJwt(jwt) }),
    limits: pickAppLimits({ ...general, ...app.limits }),
    webhooks,
  };
}

function originsOf({ allowedOrigins, allowMissingOrigin }: AppSettings): AllowedOrigins | undefined {
  if (allowedOrigins === undefined) return undefined;
  return { patterns: allowedOrigins.flatMap((text) => parseOriginPattern(text) ?? []), allowsMissing: allowMissingOrigin };
}

function keysOf({ keys = [], key, secret }: AppSettings): readonly AppKey[] {
  return key === undefined || secret === undefined ? keys : [{ key, secret, status: 'active' }];
}

function pickAppLimits(limits: AppLimits): AppLimits {
  return {
    channelNameCharacters: limits.channelNameCharacters,
    eventNameCharacters: limits.eventNameCharacters,
    eventDataBytes: limits.eventDataBytes,
    channelsPerEvent: limits.channelsPerEvent,
    eventsPerBatch: limits.eventsPerBatch,
    presenceMembers: limits.presenceMembers,
    userInfoBytes: limits.userInfoBytes,
    userIdCharacters: limits.userIdCharacters,
    watchlistUsers: limits.watchlistUsers,
    clientEventsPerSecond: limits.clientEventsPerSecond,
    clientEventsPerSecondPerUser: limits.clientEventsPerSecondPerUser,
    messagesPerSecond: limits.messagesPerSecond,
    messageBurst: limits.messageBurst,
    subscriptionsPerSecond: limits.subscriptionsPerSecond,
    terminateOnRateLimit: limits.terminateOnRateLimit,
    backendEventsPerSecond: limits.backendEventsPerSecond,
    readsPerSecond: limits.readsPerSecond,
    authRequestsPerSecondPerUser: limits.authRequestsPerSecondPerUser,
    channelsPerConnection: limits.channelsPerConnection,
    activityTimeoutSeconds: limits.activityTimeoutSeconds,
    pongTimeoutSeconds: limits.pongTimeoutSeconds,
    cacheTtlSeconds: limits.cacheTtlSeconds,
  };
}

function pickServerLimits(limits: ServerLimits): ServerLimits {
  return {
    webSocketMessageBytes: limits.webSocketMessageBytes,
    httpBodyBytes: limits.httpBodyBytes,
    httpBodyBytesInAll: limits.httpBodyBytesInAll,
    requestHeaderBytes: limits.requestHeaderBytes,
    requestTimeoutSeconds: limits.requestTimeoutSeconds,
    backpressureBytes: limits.backpressureBytes,
    unsentBytes: limits.unsentBytes,
    handshakesPerSecond: limits.handshakesPerSecond,
    handshakeBurst: limits.handshakeBurst,
    handshakeQueueSeconds: limits.handshakeQueueSeconds,
    handshakesPerSecondPerIp: limits.handshakesPerSecondPerIp,
    connectionsPerIp: limits.connectionsPerIp,
    authRequestsPerSecondPerIp: limits.authRequestsPerSecondPerIp,
    openFilesPercent: limits.openFilesPercent,
  };
}
