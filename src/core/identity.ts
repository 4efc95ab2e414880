import type { UserData } from '../protocol/user-data.ts';
import type { App } from './app.ts';

/** What a token may be asked to allow on a channel. */
export type ChannelAction = 'subscribe' | 'publish';

/** Of a `jti`: a token with a longer one is not accepted. */
export const maxTokenIdCharacters = 256;

/** Who a verified token stands for, and what they may do. Immutable, and shared by all connections that bring the same token. */
export interface Identity {
  /** `jti`, if the token has one. */
  readonly tokenId: string | undefined;
  /** The user, in the form of a sign-in (protocol clause 4). */
  readonly user: UserData;
  /** Milliseconds since the epoch; 0 when the token does not say. */
  readonly issuedAt: number;
  /** Milliseconds since the epoch. A token without an end is not accepted. */
  readonly expiresAt: number;
  /** By the token's capabilities and the app's policies: either is enough. */
  allows(action: ChannelAction, channel: string): boolean;
}

/** Why a token is not accepted. Few and constant: they name series of metrics. */
export const tokenFaultReasons = [
  'missing',
  'malformed',
  'too-large',
  'algorithm',
  'unknown-key',
  'signature',
  'expired',
  'not-yet-valid',
  'issuer',
  'audience',
  'claims',
  'revoked',
  /** The keys cannot be had now: nothing is known about the token. */
  'keys-unavailable',
] as const;

export type TokenFaultReason = (typeof tokenFaultReasons)[number];

export interface TokenFault {
  readonly reason: TokenFaultReason;
  /** For the client and the log; never quotes the token. */
  readonly message: string;
}

/** Checks tokens against the keys and rules of an app. */
export interface TokenVerifier {
  /**
   * Answers at once for a token that was verified before and has not expired. Never throws or rejects; that the keys are out of reach is a fault, too.
   * Knows nothing of revocations. For an app without `jwt` every token is a fault.
   */
  verify(app: App, token: string): Identity | TokenFault | Promise<Identity | TokenFault>;
  /** Lets go of timers and connections. */
  close(): void;
}

/** Tells the two results of a verification apart. */
export function isFault(result: object): result is TokenFault {
  return 'reason' in result;
}
