import type { WebhookFact } from '../core/events.ts';
import type { Clock } from '../core/ports.ts';

const windowMilliseconds = 1000;

/** Tells a crowd that misses the cached event of one channel from one that does: of the misses within a second only the first is news (clause 3.4). */
export class CacheMissFilter {
  readonly #clock: Pick<Clock, 'monotonic'>;
  /** When the last miss of a channel was news, oldest first; nothing older than the window stays. */
  readonly #seen = new Map<string, number>();

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  /** Whether the fact repeats a cache miss that was news a moment ago. */
  repeats(fact: WebhookFact): boolean {
    if (fact.type !== 'cache_miss') return false;
    const now = this.#clock.monotonic();
    this.#forget(now);
    const key = `${fact.appId}/${fact.channel}`;
    if (this.#seen.has(key)) return true;
    this.#seen.set(key, now);
    return false;
  }

  #forget(now: number): void {
    for (const [key, at] of this.#seen) {
      if (now - at < windowMilliseconds) return;
      this.#seen.delete(key);
    }
  }
}
