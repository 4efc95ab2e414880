import type { Clock } from './ports.ts';

interface BreakerOptions {
  readonly clock: Pick<Clock, 'monotonic'>;
  /** Failures in a row that open it. */
  readonly failures: number;
  readonly openMilliseconds: number;
}

/** Leaves an endpoint alone that keeps failing: open for a while, then one attempt decides whether it closes or opens again. */
export class Breaker {
  readonly #options: BreakerOptions;
  #failures = 0;
  #openUntil = Number.NEGATIVE_INFINITY;

  constructor(options: BreakerOptions) {
    this.#options = options;
  }

  /** Whether the endpoint failed too often of late; also true while a single attempt is made. */
  get isTripped(): boolean {
    return this.#failures >= this.#options.failures;
  }

  /** Milliseconds until an attempt may be made. */
  get remainingMilliseconds(): number {
    return Math.max(0, this.#openUntil - this.#options.clock.monotonic());
  }

  /** Attempts that may be under way at once: one while it is tripped. */
  allowed(usual: number): number {
    if (this.remainingMilliseconds > 0) return 0;
    return this.isTripped ? 1 : usual;
  }

  /** Returns whether this closed it. */
  succeeded(): boolean {
    const wasTripped = this.isTripped;
    this.#failures = 0;
    this.#openUntil = Number.NEGATIVE_INFINITY;
    return wasTripped;
  }

  /** Returns whether this opened it, for the first time or again. */
  failed(): boolean {
    this.#failures += 1;
    if (!this.isTripped || this.remainingMilliseconds > 0) return false;
    this.#openUntil = this.#options.clock.monotonic() + this.#options.openMilliseconds;
    return true;
  }
}
