import { z } from 'zod';
import { type AppLimits, defaultAppLimits, defaultServerLimits, type ServerLimits } from '../protocol/limits.ts';

/** A whole number of at least `least`; `null` in the file stands for `Infinity`, which JSON lacks. */
export function orUnlimited(least: number): z.ZodType<number, number | null> {
  return z
    .int()
    .min(least)
    .nullable()
    .transform((value) => value ?? Number.POSITIVE_INFINITY);
}

const day = 86_400;

/** The limits an app may have of its own, each without a default. */
const limit = {
  channelNameCharacters: z.int().min(1).max(1000).describe('Length of a channel name. Pusher promises 164; server SDKs refuse more than 200.'),
  eventNameCharacters: orUnlimited(1).describe('Length of an event name.'),
  eventDataBytes: orUnlimited(1).describe("Size of an event's data, in bytes of UTF-8."),
  channelsPerEvent: orUnlimited(1).describe('Channels that one HTTP event may name.'),
  eventsPerBatch: orUnlimited(1).describe('Events in one HTTP batch.'),
  presenceMembers: orUnlimited(1).describe('Distinct users in one presence channel.'),
  userInfoBytes: orUnlimited(2).describe("Size of a presence member's user_info, in bytes of JSON."),
  userIdCharacters: orUnlimited(1).describe('Length of a user id.'),
  watchlistUsers: orUnlimited(0).describe('Users that one signed-in connection may watch.'),
  clientEventsPerSecond: orUnlimited(0).describe('Client events (whispers) per second and connection.'),
  clientEventsPerSecondPerUser: orUnlimited(0).describe('Client events per second and user, over all connections of the user.'),
  messagesPerSecond: orUnlimited(1).describe('Messages per second and connection. Subscriptions have a rate of their own.'),
  messageBurst: orUnlimited(1).describe('Messages that a connection may send at once after a rest.'),
  subscriptionsPerSecond: orUnlimited(1).describe(
    'Subscriptions per second and connection, once it has used as many as it may have channels. More wait for their turn.',
  ),
  terminateOnRateLimit: z
    .boolean()
    .describe('Whether a connection above a rate of messages or client events is closed, with 4100 after 5 s, instead of being told 4301.'),
  backendEventsPerSecond: orUnlimited(1).describe('Events per second and app through the HTTP API. More are answered 429.'),
  readsPerSecond: orUnlimited(1).describe('Reading HTTP requests per second and app. More are answered 429.'),
  authRequestsPerSecondPerUser: orUnlimited(1).describe('Requests to the hosted endpoints per second and user. More are answered 429.'),
  channelsPerConnection: orUnlimited(1).describe('Channels that one connection may subscribe to.'),
  activityTimeoutSeconds: z
    .int()
    .min(1)
    .max(day)
    .describe('Silence after which the server pings; also told to clients. Proxies tend to cut sockets that are idle for 60 s.'),
  pongTimeoutSeconds: z.int().min(1).max(day).describe('Silence after that ping until the connection is closed with 4201.'),
  cacheTtlSeconds: z
    .int()
    .min(1)
    .max(365 * day)
    .describe('How long a cache channel keeps its last event.'),
} satisfies Record<keyof AppLimits, z.ZodType<number | boolean>>;

const megabyte = 1_048_576;

const serverLimit = {
  webSocketMessageBytes: z
    .int()
    .min(1024)
    .max(256 * megabyte)
    .default(defaultServerLimits.webSocketMessageBytes)
    .describe('Size of a WebSocket message. Larger ones are answered with close code 1009; above four times this size the socket is cut.'),
  httpBodyBytes: z
    .int()
    .min(1024)
    .max(1024 * megabyte)
    .default(defaultServerLimits.httpBodyBytes)
    .describe('Size of an HTTP request body. Larger ones are answered 413.'),
  httpBodyBytesInAll: z
    .int()
    .min(megabyte)
    .max(1024 * 1024 * megabyte)
    .default(defaultServerLimits.httpBodyBytesInAll)
    .describe('Size of all HTTP request bodies together that are still arriving. Requests above it are answered 503.'),
  requestHeaderBytes: z
    .int()
    .min(4096)
    .max(megabyte)
    .default(defaultServerLimits.requestHeaderBytes)
    .describe('Size of the head of an HTTP request. Larger ones are answered 431.'),
  requestTimeoutSeconds: z
    .int()
    .min(1)
    .max(3600)
    .default(defaultServerLimits.requestTimeoutSeconds)
    .describe('Time for one HTTP request, from its head to its answer.'),
  backpressureBytes: z
    .int()
    .min(16_384)
    .max(1024 * megabyte)
    .default(defaultServerLimits.backpressureBytes)
    .describe('Unsent bytes after which a slow WebSocket is closed.'),
  unsentBytes: z
    .int()
    .min(megabyte)
    .max(1024 * 1024 * megabyte)
    .default(defaultServerLimits.unsentBytes)
    .describe('Unsent bytes of all WebSockets together after which the slowest are closed.'),
  handshakesPerSecond: orUnlimited(1)
    .prefault(defaultServerLimits.handshakesPerSecond)
    .describe('WebSocket handshakes per second and node. More wait for their turn.'),
  handshakeBurst: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(defaultServerLimits.handshakeBurst)
    .describe('Handshakes that a node takes at once after a rest.'),
  handshakeQueueSeconds: z
    .number()
    .min(0)
    .max(60)
    .default(defaultServerLimits.handshakeQueueSeconds)
    .describe('The longest that a handshake waits for its turn. Who would wait longer is answered 503, which costs clients 15 s and more.'),
  handshakesPerSecondPerIp: orUnlimited(1)
    .prefault(defaultServerLimits.handshakesPerSecondPerIp)
    .describe('WebSocket handshakes per second and address. More are closed with 4100 after 5 s. IPv6 counts per network of 64 bits.'),
  connectionsPerIp: orUnlimited(1)
    .prefault(defaultServerLimits.connectionsPerIp)
    .describe('Open connections per address. More are closed with 4100 after 5 s.'),
  authRequestsPerSecondPerIp: orUnlimited(1)
    .prefault(defaultServerLimits.authRequestsPerSecondPerIp)
    .describe('Requests to the hosted endpoints per second and address. More are answered 429. IPv6 counts per network of 64 bits.'),
  openFilesPercent: z
    .int()
    .min(10)
    .max(100)
    .default(defaultServerLimits.openFilesPercent)
    .describe('Share of the file descriptors at which no new connection is accepted until it has fallen by 5 percent of them.'),
} satisfies Record<keyof ServerLimits, z.ZodType<number>>;

/** `limits`: what applies to every app that says nothing else, and to the process as a whole. */
export const limitsSchema = z.strictObject({
  channelNameCharacters: limit.channelNameCharacters.prefault(defaultAppLimits.channelNameCharacters),
  eventNameCharacters: limit.eventNameCharacters.prefault(defaultAppLimits.eventNameCharacters),
  eventDataBytes: limit.eventDataBytes.prefault(defaultAppLimits.eventDataBytes),
  channelsPerEvent: limit.channelsPerEvent.prefault(defaultAppLimits.channelsPerEvent),
  eventsPerBatch: limit.eventsPerBatch.prefault(defaultAppLimits.eventsPerBatch),
  presenceMembers: limit.presenceMembers.prefault(defaultAppLimits.presenceMembers),
  userInfoBytes: limit.userInfoBytes.prefault(defaultAppLimits.userInfoBytes),
  userIdCharacters: limit.userIdCharacters.prefault(defaultAppLimits.userIdCharacters),
  watchlistUsers: limit.watchlistUsers.prefault(defaultAppLimits.watchlistUsers),
  clientEventsPerSecond: limit.clientEventsPerSecond.prefault(defaultAppLimits.clientEventsPerSecond),
  clientEventsPerSecondPerUser: limit.clientEventsPerSecondPerUser.prefault(defaultAppLimits.clientEventsPerSecondPerUser),
  messagesPerSecond: limit.messagesPerSecond.prefault(defaultAppLimits.messagesPerSecond),
  messageBurst: limit.messageBurst.prefault(defaultAppLimits.messageBurst),
  subscriptionsPerSecond: limit.subscriptionsPerSecond.prefault(defaultAppLimits.subscriptionsPerSecond),
  terminateOnRateLimit: limit.terminateOnRateLimit.default(defaultAppLimits.terminateOnRateLimit),
  backendEventsPerSecond: limit.backendEventsPerSecond.prefault(null),
  readsPerSecond: limit.readsPerSecond.prefault(null),
  authRequestsPerSecondPerUser: limit.authRequestsPerSecondPerUser.prefault(defaultAppLimits.authRequestsPerSecondPerUser),
  channelsPerConnection: limit.channelsPerConnection.prefault(defaultAppLimits.channelsPerConnection),
  activityTimeoutSeconds: limit.activityTimeoutSeconds.prefault(defaultAppLimits.activityTimeoutSeconds),
  pongTimeoutSeconds: limit.pongTimeoutSeconds.prefault(defaultAppLimits.pongTimeoutSeconds),
  cacheTtlSeconds: limit.cacheTtlSeconds.prefault(defaultAppLimits.cacheTtlSeconds),
  ...serverLimit,
});

/** `apps[].limits`: what one app has of its own. */
export const appLimitsSchema = z.strictObject({
  channelNameCharacters: limit.channelNameCharacters.exactOptional(),
  eventNameCharacters: limit.eventNameCharacters.exactOptional(),
  eventDataBytes: limit.eventDataBytes.exactOptional(),
  channelsPerEvent: limit.channelsPerEvent.exactOptional(),
  eventsPerBatch: limit.eventsPerBatch.exactOptional(),
  presenceMembers: limit.presenceMembers.exactOptional(),
  userInfoBytes: limit.userInfoBytes.exactOptional(),
  userIdCharacters: limit.userIdCharacters.exactOptional(),
  watchlistUsers: limit.watchlistUsers.exactOptional(),
  clientEventsPerSecond: limit.clientEventsPerSecond.exactOptional(),
  clientEventsPerSecondPerUser: limit.clientEventsPerSecondPerUser.exactOptional(),
  messagesPerSecond: limit.messagesPerSecond.exactOptional(),
  messageBurst: limit.messageBurst.exactOptional(),
  subscriptionsPerSecond: limit.subscriptionsPerSecond.exactOptional(),
  terminateOnRateLimit: limit.terminateOnRateLimit.exactOptional(),
  backendEventsPerSecond: limit.backendEventsPerSecond.exactOptional(),
  readsPerSecond: limit.readsPerSecond.exactOptional(),
  authRequestsPerSecondPerUser: limit.authRequestsPerSecondPerUser.exactOptional(),
  channelsPerConnection: limit.channelsPerConnection.exactOptional(),
  activityTimeoutSeconds: limit.activityTimeoutSeconds.exactOptional(),
  pongTimeoutSeconds: limit.pongTimeoutSeconds.exactOptional(),
  cacheTtlSeconds: limit.cacheTtlSeconds.exactOptional(),
});
