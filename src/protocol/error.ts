/**
 * Every fault that a client is told, with its code (clause 1.4) and standard text. A `null` code is a refusal of one message.
 * What is 4300 or above is never used to close: clients would give up for good.
 */
export const errors = {
  TLS_ONLY: [4000, 'Application only accepts TLS connections, reconnect using wss'],
  UNKNOWN_APP: [4001, 'Application does not exist'],
  APP_DISABLED: [4003, 'Application disabled'],
  OVER_QUOTA: [4004, 'Application is over connection quota'],
  UNKNOWN_PATH: [4005, 'Path not found'],
  BAD_VERSION: [4006, 'Invalid version string format'],
  UNSUPPORTED_PROTOCOL: [4007, 'Unsupported protocol version'],
  UNAUTHORIZED: [4009, 'Connection is unauthorized'],
  ORIGIN_NOT_ALLOWED: [4009, 'Origin is not allowed'],
  NOT_AUTHORIZED_IN_TIME: [4009, 'Connection not authorized within timeout'],
  TOKEN_REFUSED: [4009, 'The token is not accepted'],
  TOKEN_REVOKED: [4009, 'The token was revoked'],
  TOKEN_EXPIRED: [4009, 'The token has expired'],
  TERMINATED: [4009, 'Connection terminated by the application'],
  OVER_CAPACITY: [4100, 'Over capacity, please try again later'],
  KEYS_UNAVAILABLE: [4100, 'Tokens cannot be verified now, please try again later'],
  SERVER_CLOSING: [4200, 'Server is closing, please reconnect immediately'],
  PONG_MISSING: [4201, 'Pong reply not received in time'],
  CLIENT_EVENT_RATE: [4301, 'Client event rejected: rate limit exceeded'],
  MESSAGE_RATE: [4301, 'Message rejected: rate limit exceeded'],
  WATCHLIST_TOO_LONG: [4302, 'Watchlist is too long'],
  REFUSED: [null, 'Message refused'],
  INTERNAL: [null, 'Internal server error'],
} as const satisfies Record<string, readonly [code: number | null, message: string]>;

export type ErrorReason = keyof typeof errors;

/** A fault the client should hear about. Anything else that is thrown is a bug in the server. */
export class PusherError extends Error {
  override readonly name = 'PusherError';
  readonly reason: ErrorReason;
  /** Some refusals carry no code. */
  readonly code: number | null;
  /** Whether the connection ends with this fault. */
  readonly closesSocket: boolean;

  constructor(reason: ErrorReason, message: string = errors[reason][1], options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
    this.code = errors[reason][0];
    this.closesSocket = this.code !== null && this.code < 4300;
  }
}

/** The fields of a `pusher:subscription_error` (clause 3.1). */
export interface SubscriptionFault {
  readonly type: 'AuthError' | 'InvalidChannel' | 'InvalidMember' | 'LimitReached' | 'ServerError';
  readonly error: string;
  /** In the manner of an HTTP status; clients show it. */
  readonly status: number;
}
