import type { Clock, RateLimiter } from '../../core/ports.ts';

const windowMilliseconds = 1000;

/**
 * Counts actions in this process. One number per key, the time at which all that was taken will have flowed in again; keys for which it has come
 * are forgotten, so only those of the last second are kept.
 */
export class MemoryRateLimiter implements RateLimiter {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #fullAt = new Map<string, number>();
  #sweptAt = 0;

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  /** Keys that are kept. */
  get size(): number {
    return this.#fullAt.size;
  }

  take(key: string, perSecond: number, count = 1): number {
    if (perSecond === Number.POSITIVE_INFINITY) return 0;
    if (perSecond <= 0) return Number.POSITIVE_INFINITY;
    const now = this.#clock.monotonic();
    this.#sweep(now);
    const fullAt = Math.max(now, this.#fullAt.get(key) ?? 0);
    const next = fullAt + (count * windowMilliseconds) / perSecond;
    const excess = next - now - Math.max(windowMilliseconds, windowMilliseconds / perSecond);
    // What is more than a second's worth at once passes after a rest, and is waited for afterwards.
    if (excess > 0 && fullAt > now) return excess;
    this.#fullAt.set(key, next);
    return 0;
  }

  /** Others have taken from the key too: it has flowed in again in so many milliseconds at the earliest. */
  owe(key: string, milliseconds: number): void {
    const fullAt = this.#clock.monotonic() + milliseconds;
    if (fullAt > (this.#fullAt.get(key) ?? 0)) this.#fullAt.set(key, fullAt);
  }

  /** Others have taken so many from the key too, which is paid for later. */
  add(key: string, perSecond: number, count: number): void {
    const now = this.#clock.monotonic();
    this.#sweep(now);
    this.#fullAt.set(key, Math.max(now, this.#fullAt.get(key) ?? 0) + (count * windowMilliseconds) / perSecond);
  }

  #sweep(now: number): void {
    if (now - this.#sweptAt < windowMilliseconds) return;
    this.#sweptAt = now;
    for (const [key, fullAt] of this.#fullAt) if (fullAt <= now) this.#fullAt.delete(key);
  }
}
