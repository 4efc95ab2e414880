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
  /** Per connection. */
  readonly clientEventsPerSecond: number;
  /** Over all connections of a user, who signed in or is a member of the presence channel. */
  readonly clientEventsPerSecondPerUser: number;
  /** Per connection; subscriptions have a rate of their own. */
  readonly messagesPerSecond: number;
  /** Messages at once after a rest. */
  readonly messageBurst: number;
  /** Per connection, after as many at once as it may have channels. More wait for their turn. */
  readonly subscriptionsPerSecond: number;
  /** Whether a connection above a message or event rate is closed. */
  readonly terminateOnRateLimit: boolean;
  /** Events per app through the HTTP API. */
  readonly backendEventsPerSecond: number;
  /** Reading HTTP requests per app. */
  readonly readsPerSecond: number;
  /** Requests to the hosted endpoints per user. */
  readonly authRequestsPerSecondPerUser: number;
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
  /** Of all requests whose body is still arriving together. */
  readonly httpBodyBytesInAll: number;
  readonly requestHeaderBytes: number;
  readonly requestTimeoutSeconds: number;
  /** Unsent bytes after which a slow WebSocket is closed. */
  readonly backpressureBytes: number;
  /** Unsent bytes of all WebSockets together, above which the slowest are cut. */
  readonly unsentBytes: number;
  /** On this node. More handshakes wait. */
  readonly handshakesPerSecond: number;
  /** Handshakes at once after a rest. */
  readonly handshakeBurst: number;
  /** The longest that a handshake may wait; who would wait longer is answered 503. */
  readonly handshakeQueueSeconds: number;
  readonly handshakesPerSecondPerIp: number;
  /** Open connections. */
  readonly connectionsPerIp: number;
  /** Requests to the hosted endpoints. */
  readonly authRequestsPerSecondPerIp: number;
  /** Share of the file descriptors above which no new connection is accepted. */
  readonly openFilesPercent: number;
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
  clientEventsPerSecondPerUser: 30,
  messagesPerSecond: 50,
  messageBurst: 50,
  subscriptionsPerSecond: 100,
  terminateOnRateLimit: false,
  backendEventsPerSecond: Number.POSITIVE_INFINITY,
  readsPerSecond: Number.POSITIVE_INFINITY,
  authRequestsPerSecondPerUser: 100,
  channelsPerConnection: 1000,
  activityTimeoutSeconds: 30,
  pongTimeoutSeconds: 30,
  cacheTtlSeconds: 1800,
};

export const defaultServerLimits: ServerLimits = {
  webSocketMessageBytes: 65_536,
  httpBodyBytes: 1_048_576,
  httpBodyBytesInAll: 268_435_456,
  requestHeaderBytes: 16_384,
  requestTimeoutSeconds: 30,
  backpressureBytes: 1_048_576,
  unsentBytes: 268_435_456,
  handshakesPerSecond: 500,
  handshakeBurst: 1000,
  handshakeQueueSeconds: 8,
  handshakesPerSecondPerIp: 50,
  connectionsPerIp: 10_000,
  authRequestsPerSecondPerIp: 500,
  openFilesPercent: 95,
};
