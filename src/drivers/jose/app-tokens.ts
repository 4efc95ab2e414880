import { compactDecrypt, compactVerify } from 'jose';
import type { App } from '../../core/app.ts';
import { type Identity, isFault, type TokenFault } from '../../core/identity.ts';
import type { JwtSettings, SignatureAlgorithm } from '../../core/jwt-settings.ts';
import { readPolicies } from '../../core/permissions.ts';
import type { Clock } from '../../core/ports.ts';
import { type CompactToken, decodeText, malformed, parseObject, readCompact } from './compact.ts';
import { type KeySource, wrongAlgorithm } from './key-source.ts';
import { type ClaimRules, readIdentity } from './read-identity.ts';

/** A token that was found good, and what that rests on. */
export interface VerifiedToken {
  readonly identity: Identity;
  /** Of the keys; absent when it did not take one of them. */
  readonly epoch?: number;
  /** Milliseconds since the epoch. */
  readonly usableUntil: number;
  readonly claimBytes: number;
}

interface AppTokensOptions {
  readonly app: App;
  readonly jwt: JwtSettings;
  readonly keys: KeySource;
  readonly clock: Clock;
}

/** A key of that name that is not the token's own, or a token that was changed. */
const forged: TokenFault = { reason: 'signature', message: "The token's signature is not valid" };
const claimsSealed = malformed('what it holds is neither a signed token nor, where that is accepted, claims');

/** Verifies the tokens of one app. */
export class AppTokens {
  readonly keys: KeySource;
  /** Tokens that somebody waits for. */
  underWay = 0;
  readonly #clock: Clock;
  readonly #rules: ClaimRules;
  readonly #encryptionKey: Uint8Array | undefined;

  constructor({ app, jwt, keys, clock }: AppTokensOptions) {
    this.keys = keys;
    this.#clock = clock;
    this.#rules = { jwt, limits: app.limits, policies: readPolicies(jwt.policies) };
    const { encryptionKey } = jwt.cookie;
    this.#encryptionKey = encryptionKey === undefined ? undefined : Buffer.from(encryptionKey, 'base64');
  }

  /** Whether a token that was verified earlier would be found good again. */
  stillHolds({ epoch, usableUntil }: VerifiedToken): boolean {
    return (epoch === undefined || epoch === this.keys.epoch()) && this.#clock.now() < usableUntil;
  }

  /** Verifies a token, without looking whether it was verified before. Rejects only because of a bug. */
  async verify(token: string): Promise<VerifiedToken | TokenFault> {
    const compact = readCompact(token);
    if (isFault(compact)) return compact;
    return compact.isEncrypted ? this.#open(token, compact) : this.#verifySigned(token, compact);
  }

  async #verifySigned(token: string, { header: { alg, kid } }: CompactToken): Promise<VerifiedToken | TokenFault> {
    const algorithm = this.#rules.jwt.algorithms.find((allowed) => allowed === alg);
    if (algorithm === undefined) return wrongAlgorithm;
    const key = await this.keys.find(kid, algorithm);
    if (isFault(key)) return key;
    const epoch = this.keys.epoch();
    const claims = await payloadOf(token, key.key, algorithm);
    return claims === undefined ? forged : this.#judge(claims, epoch);
  }

  /** A cookie that was encrypted holds a signed token. Claims alone are believed for the sake of the encryption key, if that is wanted. */
  async #open(token: string, { header: { alg } }: CompactToken): Promise<VerifiedToken | TokenFault> {
    if (this.#encryptionKey === undefined) return malformed('this app takes no encrypted tokens');
    if (alg !== 'dir') return wrongAlgorithm;
    const plaintext = await plaintextOf(token, this.#encryptionKey);
    if (plaintext === undefined) return forged;
    if (plaintext[0] === openingBrace) return this.#rules.jwt.cookie.acceptsClaims ? this.#judge(plaintext, undefined) : claimsSealed;
    const inner = readCompact(Buffer.from(plaintext).toString('latin1'));
    if (isFault(inner)) return inner;
    return inner.isEncrypted ? claimsSealed : this.#verifySigned(decodeText(plaintext), inner);
  }

  #judge(bytes: Uint8Array, epoch: number | undefined): VerifiedToken | TokenFault {
    const claims = parseObject(bytes);
    if (claims === undefined) return malformed('its claims are not a JSON object');
    const identity = readIdentity(this.#rules, claims, this.#clock.now());
    if (isFault(identity)) return identity;
    const usableUntil = identity.expiresAt + this.#rules.jwt.toleranceSeconds * 1000;
    return { identity, usableUntil, claimBytes: bytes.length, ...(epoch !== undefined && { epoch }) };
  }
}

const openingBrace = 0x7b;

/** `undefined` when the signature is not right. */
async function payloadOf(token: string, key: Parameters<typeof compactVerify>[1], algorithm: SignatureAlgorithm): Promise<Uint8Array | undefined> {
  try {
    return (await compactVerify(token, key, { algorithms: [algorithm] })).payload;
  } catch {
    return undefined;
  }
}

/** `undefined` when it was encrypted in another way or with another key. Nothing is ever unpacked. */
async function plaintextOf(token: string, key: Uint8Array): Promise<Uint8Array | undefined> {
  try {
    const options = { keyManagementAlgorithms: ['dir'], contentEncryptionAlgorithms: ['A256GCM'], maxDecompressedLength: 0 };
    return (await compactDecrypt(token, key, options)).plaintext;
  } catch {
    return undefined;
  }
}
