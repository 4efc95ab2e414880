import type { WebhookFact } from '../core/events.ts';
import type { Clock } from '../core/ports.ts';

const windowMilliseconds = 1000;

/** Tells apart a channel that lacks its cached event from a crowd that asks for it: per channel one miss a second is news (clause 3.4). */
export class CacheMissFilter {
  readonly #clock: Pick<Clock, 'monotonic'>;
  /** The channels of this second. */
  readonly #seen = new Set<string>();
  #startedAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  /** Whether the fact repeats a cache miss of the same second. */
  repeats(fact: WebhookFact): boolean {
    if (fact.type !== 'cache_miss') return false;
    const now = this.#clock.monotonic();
    if (now - this.#startedAt >= windowMilliseconds) {
      this.#seen.clear();
      this.#startedAt = now;
    }
    const key = `${fact.appId}/${fact.channel}`;
    if (this.#seen.has(key)) return true;
    this.#seen.add(key);
    return false;
  }
}
