import type { Clock, RateLimiter } from '../../core/ports.ts';
import type { Link } from './link.ts';
import type { TakenRate } from './messages.ts';

const windowMilliseconds = 1000;
/** How late a worker learns of what the others let pass. */
const tellMilliseconds = 50;

/**
 * Each worker counts for all of them: its own actions at once, those of the others when it is told of them. What the others took meanwhile is paid
 * for later, so that the sum is right. One number per key, the time at which all that was taken will have flowed in again.
 */
export class WorkerRateLimiter implements RateLimiter {
  readonly #link: Link;
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #fullAt = new Map<string, number>();
  /** What the others have not been told of. */
  readonly #taken = new Map<string, { readonly perSecond: number; count: number }>();
  #telling: NodeJS.Timeout | undefined;
  #sweptAt = 0;

  constructor(link: Link, clock: Pick<Clock, 'monotonic'>) {
    this.#link = link;
    this.#clock = clock;
    link.on('taken', (rates) => this.#absorb(rates));
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
    this.#note(key, perSecond, count);
    return 0;
  }

  #note(key: string, perSecond: number, count: number): void {
    const taken = this.#taken.get(key);
    if (taken === undefined) this.#taken.set(key, { perSecond, count });
    else taken.count += count;
    this.#telling ??= setTimeout(() => this.#tell(), tellMilliseconds);
  }

  #tell(): void {
    this.#telling = undefined;
    this.#link.notify(
      'take',
      [...this.#taken].map(([key, { perSecond, count }]) => [key, perSecond, count] as const),
    );
    this.#taken.clear();
  }

  #absorb(rates: readonly TakenRate[]): void {
    const now = this.#clock.monotonic();
    for (const [key, perSecond, count] of rates) {
      this.#fullAt.set(key, Math.max(now, this.#fullAt.get(key) ?? 0) + (count * windowMilliseconds) / perSecond);
    }
  }

  #sweep(now: number): void {
    if (now - this.#sweptAt < windowMilliseconds) return;
    this.#sweptAt = now;
    for (const [key, fullAt] of this.#fullAt) if (fullAt <= now) this.#fullAt.delete(key);
  }
}
