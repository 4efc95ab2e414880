/**
 * A bucket of `burst` tokens into which `perSecond` flow, kept as one number: the time at which it is full again. `now` and that time are
 * milliseconds of a clock that never goes back; a bucket that was never used is full at any time.
 */
export function hasToken(fullAt: number, now: number, perSecond: number, burst: number = perSecond): boolean {
  const missing = fullAt > now ? ((fullAt - now) / 1000) * perSecond : 0;
  return burst - missing >= 1;
}

/** Takes a token, if there is one: returns when the bucket will be full again, or `undefined`. */
export function takeToken(fullAt: number, now: number, perSecond: number, burst: number = perSecond): number | undefined {
  return hasToken(fullAt, now, perSecond, burst) ? Math.max(fullAt, now) + 1000 / perSecond : undefined;
}

/** Allows `perSecond` actions a second, and `burst` at once after a rest. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #burst: number;
  #fullAt: number;

  /** `now` in milliseconds of a clock that never goes back. */
  constructor(perSecond: number, now: number, burst: number = perSecond) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#fullAt = now;
  }

  /** Takes one token if there is one. */
  take(now: number): boolean {
    const fullAt = takeToken(this.#fullAt, now, this.#perSecond, this.#burst);
    if (fullAt !== undefined) this.#fullAt = fullAt;
    return fullAt !== undefined;
  }

  /** Whether `take` would succeed. */
  has(now: number): boolean {
    return hasToken(this.#fullAt, now, this.#perSecond, this.#burst);
  }

  /** Whether it is as if it had never been used. */
  isFull(now: number): boolean {
    return this.#fullAt <= now;
  }
}
