import type { TokenFault } from '../../core/identity.ts';
import type { SignatureAlgorithm, TokenKeys } from '../../core/jwt-settings.ts';
import { readJwk, readPem, readSecret, type VerificationKey } from '../../core/verification-key.ts';

/** Where the keys of an app come from. */
export interface KeySource {
  /** The key that a token may have been signed with. Waits when keys must be fetched first. Never rejects. */
  find(kid: string | undefined, algorithm: SignatureAlgorithm): VerificationKey | TokenFault | Promise<VerificationKey | TokenFault>;
  /** Another number as soon as a key that was found before may no longer be used; `undefined` when that is not known without waiting. */
  epoch(): number | undefined;
  close(): void;
}

/** The one key of the configuration, which has checked that it is one. A token's `kid` does not matter: there is nothing to choose. */
export function fixedKey(keys: Exclude<TokenKeys, { readonly jwksUrl: string }>): KeySource {
  const key = 'secret' in keys ? readSecret(keys.secret) : 'pem' in keys ? readPem(keys.pem) : readJwk(JSON.parse(keys.jwk));
  if (typeof key === 'string') throw new Error(`The key ${key}`);
  return {
    find: (_kid, algorithm) => (key.algorithms.includes(algorithm) ? key : wrongAlgorithm),
    epoch: () => 0,
    close: () => undefined,
  };
}

export const wrongAlgorithm: TokenFault = { reason: 'algorithm', message: "The token's algorithm is not one that this app accepts for its key" };
