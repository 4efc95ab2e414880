/** Where a handshake may carry a token. `ticket` is a part of the path, `message` the first frame. */
export const tokenSources = ['header', 'cookie', 'protocol', 'query', 'ticket', 'message'] as const;

export type TokenSource = (typeof tokenSources)[number];

/** Signature algorithms that may be allowed (RFC 7518, RFC 8037). `none` is not among them. */
export const signatureAlgorithms = [
  'HS256',
  'HS384',
  'HS512',
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const;

export type SignatureAlgorithm = (typeof signatureAlgorithms)[number];

/** What tokens are verified with: exactly one of these. */
export type TokenKeys =
  | { readonly secret: string }
  /** A public key, PEM text. */
  | { readonly pem: string }
  /** One JSON Web Key, JSON text. */
  | { readonly jwk: string }
  /** Where the keys of a JSON Web Key Set are fetched. Comes from the configuration alone, never from a token. */
  | {
      readonly jwksUrl: string;
      /** Whether it may be at an address that is not on the public internet. */
      readonly allowsPrivateAddress?: boolean;
    };

/** How an app takes JSON Web Tokens. */
export interface JwtSettings {
  /** Whether a handshake may, or must, bring a token. `off` leaves the hosted endpoints. */
  readonly mode: 'off' | 'optional' | 'required';
  readonly keys: TokenKeys;
  readonly algorithms: readonly SignatureAlgorithm[];
  /** Any of these; no check when empty. */
  readonly issuers: readonly string[];
  readonly audiences: readonly string[];
  /** For clocks that differ; at most 60. */
  readonly toleranceSeconds: number;
  /** A token that ends later is not accepted; revocations are kept for so long. */
  readonly maxLifetimeSeconds: number;
  /** In the order in which they are looked at. */
  readonly sources: readonly TokenSource[];
  readonly cookie: {
    readonly name: string;
    /** 32 bytes in base64 (`dir`, A256GCM); absent when cookies are signed tokens. */
    readonly encryptionKey?: string;
    /** Whether what was encrypted may be the claims themselves, without a signature: then the encryption key alone makes them trusted. */
    readonly acceptsClaims?: boolean;
  };
  /** The time for a token to come by `message`. */
  readonly signinTimeoutSeconds: number;
  /** From `exp` to the close of a connection whose token was not renewed. */
  readonly graceSeconds: number;
  /** For how long a ticket can be used, in seconds. */
  readonly ticketSeconds: number;
  /** Life of a session cookie in seconds; never longer than its token. */
  readonly sessionSeconds: number;
  /** Fields of `user_info`, each with the claim that it comes from. */
  readonly userInfo: Readonly<Record<string, string>>;
  /** Holds `{subscribe: [...], publish: [...]}`. */
  readonly capabilitiesClaim: string;
  /** Holds the ids of users to watch; absent for none. */
  readonly watchlistClaim?: string;
  /** What every token of the app may do, such as `private-App.Models.User.{sub}`. */
  readonly policies: { readonly subscribe: readonly string[]; readonly publish: readonly string[] };
  /** 32 bytes in base64, for `private-encrypted-` channels. */
  readonly encryptionMasterKey?: string;
}
