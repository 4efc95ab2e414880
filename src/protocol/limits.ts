/**
 * What one app may send and hold. Every number has its unit in its name; `Infinity` means no limit.
 * Sources: Pusher Channels limits (protocol clauses 1.5, 3, 3.2, 3.3, 5.2).
 */
export interface AppLimits {
  /** Pusher promises 164; SDKs check 200. */
  readonly channelNameCharacters: number;
  readonly eventNameCharacters: number;
  /** Size of an event's `data` as UTF-8. */
  readonly eventDataBytes: number;
  readonly channelsPerEvent: number;
  readonly eventsPerBatch: number;
  /** Distinct users in one presence channel. */
  readonly presenceMembers: number;
  /** Size of a member's `user_info` as JSON in UTF-8. */
  readonly userInfoBytes: number;
  readonly userIdCharacters: number;
  /** Users that one signed-in connection may watch. */
  readonly watchlistUsers: number;
  readonly clientEventsPerSecond: number;
  readonly channelsPerConnection: number;
  /** Silence after which the server pings; also told to clients in `connection_established`. */
  readonly activityTimeoutSeconds: number;
  /** Silence after the ping until the connection is closed with 4201. */
  readonly pongTimeoutSeconds: number;
  /** How long a cache channel keeps its last event. */
  readonly cacheTtlSeconds: number;
}

/** What the process accepts from any peer, before it is known which app is meant. */
export interface ServerLimits {
  /** Larger WebSocket messages are answered with close 1009. The engine itself cuts at four times this size. */
  readonly webSocketMessageBytes: number;
  readonly httpBodyBytes: number;
  readonly requestHeaderBytes: number;
  readonly requestTimeoutSeconds: number;
  /** Unsent bytes after which a slow WebSocket is closed. */
  readonly backpressureBytes: number;
}

export const defaultAppLimits: AppLimits = {
  channelNameCharacters: 200,
  eventNameCharacters: 200,
  eventDataBytes: 10_240,
  channelsPerEvent: 100,
  eventsPerBatch: 10,
  presenceMembers: 100,
  userInfoBytes: 1024,
  userIdCharacters: 128,
  watchlistUsers: 100,
  clientEventsPerSecond: 10,
  channelsPerConnection: 1000,
  activityTimeoutSeconds: 30,
  pongTimeoutSeconds: 30,
  cacheTtlSeconds: 1800,
};

export const defaultServerLimits: ServerLimits = {
  webSocketMessageBytes: 65_536,
  httpBodyBytes: 1_048_576,
  requestHeaderBytes: 16_384,
  requestTimeoutSeconds: 30,
  backpressureBytes: 1_048_576,
};
