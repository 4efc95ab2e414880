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
} satisfies Record<keyof AppLimits, z.ZodType<number>>;

/** Limits whose features are still to come. */
const plannedLimit = {
  messagesPerSecond: orUnlimited(1).exactOptional().meta({ description: 'Messages per second and connection.', planned: true }),
  clientEventsPerSecondPerUser: orUnlimited(0)
    .exactOptional()
    .meta({ description: 'Client events per second and user, over all connections of the user.', planned: true }),
  backendEventsPerSecond: orUnlimited(1).exactOptional().meta({ description: 'Events per second and app through the HTTP API.', planned: true }),
  readsPerSecond: orUnlimited(1).exactOptional().meta({ description: 'Reading HTTP requests per second and app.', planned: true }),
  terminateOnRateLimit: z.boolean().exactOptional().meta({ description: 'Close connections that go on after a rate limit.', planned: true }),
};

const plannedServerLimit = {
  handshakesPerSecondPerIp: orUnlimited(1).exactOptional().meta({ description: 'New connections per second and address.', planned: true }),
  connectionsPerIp: orUnlimited(1).exactOptional().meta({ description: 'Open connections per address.', planned: true }),
};

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
  channelsPerConnection: limit.channelsPerConnection.prefault(defaultAppLimits.channelsPerConnection),
  activityTimeoutSeconds: limit.activityTimeoutSeconds.prefault(defaultAppLimits.activityTimeoutSeconds),
  pongTimeoutSeconds: limit.pongTimeoutSeconds.prefault(defaultAppLimits.pongTimeoutSeconds),
  cacheTtlSeconds: limit.cacheTtlSeconds.prefault(defaultAppLimits.cacheTtlSeconds),
  ...serverLimit,
  ...plannedLimit,
  ...plannedServerLimit,
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
  channelsPerConnection: limit.channelsPerConnection.exactOptional(),
  activityTimeoutSeconds: limit.activityTimeoutSeconds.exactOptional(),
  pongTimeoutSeconds: limit.pongTimeoutSeconds.exactOptional(),
  cacheTtlSeconds: limit.cacheTtlSeconds.exactOptional(),
  ...plannedLimit,
});
