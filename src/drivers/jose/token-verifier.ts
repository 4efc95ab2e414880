import { hash } from 'node:crypto';
import type { App } from '../../core/app.ts';
import { type Identity, isFault, type TokenFault, type TokenVerifier } from '../../core/identity.ts';
import type { JwtSettings } from '../../core/jwt-settings.ts';
import type { Clock, Log } from '../../core/ports.ts';
import type { TokenCounters } from '../../core/token-counters.ts';
import { AppTokens, type VerifiedToken } from './app-tokens.ts';
import { maxTokenBytes } from './compact.ts';
import { fetchKeySet } from './fetch-key-set.ts';
import { KeySet } from './key-set.ts';
import { fixedKey, type KeySource } from './key-source.ts';
import { TokenCache } from './token-cache.ts';

interface TokenVerifierOptions {
  readonly clock: Clock;
  readonly counters: TokenCounters;
  readonly log: Log;
  /** Verified tokens that are remembered, and their size in bytes, over all apps. */
  readonly maxCachedTokens?: number;
  readonly maxCachedBytes?: number;
  /** Time for one request of a key set. */
  readonly fetchTimeoutMilliseconds?: number;
}

interface CachedToken extends VerifiedToken {
  readonly by: AppTokens;
  readonly bytes: number;
}

const defaultCachedTokens = 50_000;
const defaultCachedBytes = 67_108_864;
const defaultFetchTimeoutMilliseconds = 5000;

/** Tokens of one app that are being verified, or wait for keys, at once. One more is refused; an issuer that stalls must not stop other apps. */
const maxUnderWayPerApp = 5000;

/** What an entry takes beside its claims, roughly. */
const entryBytes = 1024;

const takesNone: TokenFault = { reason: 'unknown-key', message: 'This app takes no tokens' };
const failed: TokenFault = { reason: 'malformed', message: 'The token could not be verified' };
const tooMany: TokenFault = { reason: 'keys-unavailable', message: 'Too many tokens are being verified' };

/** Verifies tokens with `jose`, and remembers those that were good until they expire or the keys change. */
export class JoseTokenVerifier implements TokenVerifier {
  readonly #options: TokenVerifierOptions;
  readonly #apps = new Map<string, { readonly app: App; readonly tokens: AppTokens }>();
  readonly #cache: TokenCache<CachedToken>;

  constructor(options: TokenVerifierOptions) {
    const { maxCachedTokens = defaultCachedTokens, maxCachedBytes = defaultCachedBytes } = options;
    this.#options = options;
    this.#cache = new TokenCache({ maxEntries: maxCachedTokens, maxBytes: maxCachedBytes });
  }

  verify(app: App, token: string): Identity | TokenFault | Promise<Identity | TokenFault> {
    const { counters } = this.#options;
    const tokens = this.#tokensOf(app);
    if (tokens === undefined) return this.#count(takesNone);
    // What is remembered is found by its hash: memory holds no tokens, and never a long key.
    const key = token.length > maxTokenBytes ? undefined : app.id + hash('sha256', token, 'base64');
    const known = key === undefined ? undefined : this.#cache.get(key);
    if (known !== undefined && known.by === tokens && tokens.stillHolds(known)) {
      counters.cacheHits += 1;
      return known.identity;
    }
    counters.cacheMisses += 1;
    if (tokens.underWay >= maxUnderWayPerApp) return this.#count(tooMany);
    return this.#verifyAnew(tokens, token, key);
  }

  close(): void {
    for (const { tokens } of this.#apps.values()) tokens.keys.close();
  }

  async #verifyAnew(tokens: AppTokens, token: string, key: string | undefined): Promise<Identity | TokenFault> {
    tokens.underWay += 1;
    try {
      const verified = await tokens.verify(token);
      if (isFault(verified)) return this.#count(verified);
      this.#options.counters.verified += 1;
      if (key !== undefined) this.#cache.set(key, { ...verified, by: tokens, bytes: entryBytes + 2 * verified.claimBytes });
      return verified.identity;
    } catch (cause) {
      this.#options.log.error({ err: cause }, 'a token could not be verified');
      return this.#count(failed);
    } finally {
      tokens.underWay -= 1;
    }
  }

  #count(fault: TokenFault): TokenFault {
    this.#options.counters.faults[fault.reason] += 1;
    return fault;
  }

  /** What is needed for the tokens of an app, made at the first one. An app that was configured anew starts anew. */
  #tokensOf(app: App): AppTokens | undefined {
    if (app.jwt === undefined) return undefined;
    const made = this.#apps.get(app.id);
    if (made?.app === app) return made.tokens;
    made?.tokens.keys.close();
    const tokens = new AppTokens({ app, jwt: app.jwt, keys: this.#keysOf(app, app.jwt), clock: this.#options.clock });
    this.#apps.set(app.id, { app, tokens });
    return tokens;
  }

  #keysOf({ id }: App, { keys }: JwtSettings): KeySource {
    if (!('jwksUrl' in keys)) return fixedKey(keys);
    const { fetchTimeoutMilliseconds: timeoutMilliseconds = defaultFetchTimeoutMilliseconds, ...options } = this.#options;
    const { jwksUrl: url, allowsPrivateAddress = false } = keys;
    const fetch = (signal: AbortSignal) => fetchKeySet({ url, allowsPrivateAddress, timeoutMilliseconds }, signal);
    return new KeySet({ ...options, fetch, name: { appId: id, host: new URL(url).host } });
  }
}
