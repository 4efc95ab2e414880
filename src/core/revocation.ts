/** Tokens that are no longer accepted. All times are milliseconds since the epoch. */
export type Revocation =
  /** All that the user was issued up to a moment. */
  | {
      readonly type: 'user';
      readonly appId: string;
      readonly userId: string;
      readonly issuedUntil: number;
      /** From then on no such token can be valid any more. */
      readonly endsAt: number;
    }
  /** One token, by its `jti`. */
  | { readonly type: 'token'; readonly appId: string; readonly tokenId: string; readonly endsAt: number };

/** What a node knows to be revoked, as its drivers see it. */
export interface KnownRevocations {
  /** It may be told of the same one several times. */
  add(revocation: Revocation): void;
  /** What has not ended. */
  all(): Iterable<Revocation>;
}

/**
 * Tells every node what was revoked: one that is connected within a second, one that starts before its `start` resolves, one that was cut off
 * within a second of being back. Keeps each revocation until it ends. What concerns one user or token is told in order, or only the last of it.
 */
export interface Revocations {
  /** Resolves when it is kept. Rejects with BrokerUnavailable when that is not known; it may be repeated. */
  revoke(revocation: Revocation): Promise<void>;
}
