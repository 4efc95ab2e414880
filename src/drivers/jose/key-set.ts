import { Breaker } from '../../core/breaker.ts';
import type { TokenFault } from '../../core/identity.ts';
import type { SignatureAlgorithm } from '../../core/jwt-settings.ts';
import type { Clock, Log } from '../../core/ports.ts';
import type { TokenCounters } from '../../core/token-counters.ts';
import { readJwk, type VerificationKey } from '../../core/verification-key.ts';
import { type KeySource, wrongAlgorithm } from './key-source.ts';

export interface KeySetOptions {
  /** Rejects when the set cannot be had. */
  readonly fetch: (signal: AbortSignal) => Promise<readonly unknown[]>;
  readonly clock: Clock;
  readonly counters: TokenCounters;
  readonly log: Log;
  /** Whose keys they are, and where they come from, for the log. */
  readonly name: Readonly<Record<string, string>>;
}

interface NamedKey extends VerificationKey {
  readonly kid: string | undefined;
}

const second = 1000;
/** Age at which a set is fetched again before anybody has to wait for it. */
const aheadMilliseconds = 300 * second;
/** Age up to which a set counts. */
const freshMilliseconds = 600 * second;
/** For how long an older set is used while it cannot be fetched. */
const staleMilliseconds = 3600 * second;
/** Between two requests because of keys that are not in the set: anybody can make up a `kid`. */
const cooldownMilliseconds = 30 * second;
const retryMilliseconds = second;
const breakerFailures = 5;

const unknownKey: TokenFault = { reason: 'unknown-key', message: "The token's key (kid) is not one of the issuer's" };
const severalKeys: TokenFault = { reason: 'unknown-key', message: 'The token names no key (kid), and the issuer has several' };
const unavailable: TokenFault = { reason: 'keys-unavailable', message: "The issuer's keys cannot be had now" };

/**
 * The keys of an issuer, fetched when they are needed: one request at a time, rarely for unknown keys, and not at all for a while after failures in
 * a row. Keys that the issuer no longer has are forgotten with the next request that succeeds.
 */
export class KeySet implements KeySource {
  readonly #options: KeySetOptions;
  readonly #breaker: Breaker;
  readonly #abort = new AbortController();
  #keys: readonly NamedKey[] = [];
  #epoch = 0;
  #fetchedAt = Number.NEGATIVE_INFINITY;
  #attemptedAt = Number.NEGATIVE_INFINITY;
  #hasFailed = false;
  #countsAsOpen = false;
  #underWay: Promise<void> | undefined;

  constructor(options: KeySetOptions) {
    this.#options = options;
    this.#breaker = new Breaker({ clock: options.clock, failures: breakerFailures, openMilliseconds: 30 * second });
  }

  find(kid: string | undefined, algorithm: SignatureAlgorithm): VerificationKey | TokenFault | Promise<VerificationKey | TokenFault> {
    const mustAsk = this.#age >= freshMilliseconds || pick(this.#keys, kid, algorithm) === undefined;
    if (mustAsk && this.#canAsk) return this.#refresh().then(() => this.#answer(kid, algorithm));
    return this.#answer(kid, algorithm);
  }

  /** Asked for each token, so it is here that a set is fetched ahead. */
  epoch(): number | undefined {
    this.#refreshAhead();
    const age = this.#age;
    const counts = age < freshMilliseconds || (age < freshMilliseconds + staleMilliseconds && !this.#canAsk);
    return counts ? this.#epoch : undefined;
  }

  close(): void {
    this.#abort.abort(new Error('the server stopped'));
    this.#countBreaker(false);
  }

  /** Milliseconds since the keys were known to be right. */
  get #age(): number {
    return this.#options.clock.monotonic() - this.#fetchedAt;
  }

  /** Whether there is an answer to wait for, or one may be asked for. */
  get #canAsk(): boolean {
    if (this.#underWay !== undefined) return true;
    const pause = this.#hasFailed ? retryMilliseconds : cooldownMilliseconds;
    return this.#options.clock.monotonic() - this.#attemptedAt >= pause && this.#breaker.allowed(1) > 0 && !this.#abort.signal.aborted;
  }

  #answer(kid: string | undefined, algorithm: SignatureAlgorithm): VerificationKey | TokenFault {
    const age = this.#age;
    if (age >= freshMilliseconds + staleMilliseconds) return unavailable;
    return pick(this.#keys, kid, algorithm) ?? (age < freshMilliseconds ? unknownKey : unavailable);
  }

  #refreshAhead(): void {
    const age = this.#age;
    if (age >= aheadMilliseconds && age < freshMilliseconds && this.#underWay === undefined && this.#canAsk) void this.#refresh();
  }

  #refresh(): Promise<void> {
    this.#underWay ??= this.#fetch().finally(() => {
      this.#underWay = undefined;
    });
    return this.#underWay;
  }

  async #fetch(): Promise<void> {
    const { clock, counters, fetch, log, name } = this.#options;
    this.#attemptedAt = clock.monotonic();
    counters.keyFetches += 1;
    try {
      this.#take(await fetch(this.#abort.signal));
      this.#hasFailed = false;
      this.#breaker.succeeded();
      this.#countBreaker(false);
    } catch (cause) {
      this.#hasFailed = true;
      if (this.#abort.signal.aborted) return;
      counters.keyFetchFailures += 1;
      this.#breaker.failed();
      this.#countBreaker(this.#breaker.isTripped);
      log.warn({ ...name, err: cause }, 'a key set could not be fetched');
    }
  }

  #take(set: readonly unknown[]): void {
    const read = set.map(readNamedKey);
    const keys = read.filter((key) => typeof key !== 'string');
    const isGone = (key: NamedKey) => !keys.some((other) => isSame(key, other));
    const isChanged = this.#keys.length !== keys.length || this.#keys.some(isGone);
    if (this.#keys.some(isGone)) this.#epoch += 1;
    if (isChanged) this.#options.log.info({ ...this.#options.name, keys: keys.length, unusable: read.length - keys.length }, 'a key set has changed');
    this.#keys = keys;
    this.#fetchedAt = this.#options.clock.monotonic();
  }

  #countBreaker(isOpen: boolean): void {
    if (isOpen !== this.#countsAsOpen) this.#options.counters.openBreakers += isOpen ? 1 : -1;
    this.#countsAsOpen = isOpen;
  }
}

/** `undefined` when a newer set might have it. */
function pick(keys: readonly NamedKey[], kid: string | undefined, algorithm: SignatureAlgorithm): VerificationKey | TokenFault | undefined {
  const named = kid === undefined ? keys : keys.filter((key) => key.kid === kid);
  const [fitting, ...others] = named.filter(({ algorithms }) => algorithms.includes(algorithm));
  if (kid === undefined && others.length > 0) return severalKeys;
  if (fitting === undefined && kid !== undefined && named.length > 0) return wrongAlgorithm;
  return fitting;
}

/** What is published is no secret: symmetric keys are left out. */
function readNamedKey(jwk: unknown): NamedKey | string {
  const key = readJwk(jwk);
  if (typeof key === 'string') return key;
  const { kid } = jwk as { readonly kid?: unknown };
  return key.key.type === 'secret' ? 'is a secret' : { ...key, kid: typeof kid === 'string' ? kid : undefined };
}

function isSame(one: NamedKey, other: NamedKey): boolean {
  return one.kid === other.kid && one.key.equals(other.key) && one.algorithms.join() === other.algorithms.join();
}
