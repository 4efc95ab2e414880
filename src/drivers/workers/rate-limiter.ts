import type { Clock, RateLimiter } from '../../core/ports.ts';
import { MemoryRateLimiter } from '../memory/rate-limiter.ts';
import type { Link } from './link.ts';
import type { TakenRate } from './messages.ts';

/** How late a worker learns of what the others let pass. */
const tellMilliseconds = 50;

/**
 * Each worker counts for all of them: its own actions at once, those of the others when it is told of them. What the others took meanwhile is paid
 * for later, so that the sum is right.
 */
export class WorkerRateLimiter implements RateLimiter {
  readonly #link: Link;
  readonly #counted: MemoryRateLimiter;
  /** What the others have not been told of. */
  readonly #taken = new Map<string, { readonly perSecond: number; count: number }>();
  #telling: NodeJS.Timeout | undefined;

  constructor(link: Link, clock: Pick<Clock, 'monotonic'>) {
    this.#link = link;
    this.#counted = new MemoryRateLimiter(clock);
    link.on('taken', (rates: readonly TakenRate[]) => {
      for (const rate of rates) this.#counted.add(...rate);
    });
  }

  take(key: string, perSecond: number, count = 1): number {
    const wait = this.#counted.take(key, perSecond, count);
    if (wait === 0 && perSecond !== Number.POSITIVE_INFINITY) this.#note(key, perSecond, count);
    return wait;
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
}
