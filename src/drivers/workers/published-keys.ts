import type { BrokerMessage, Clock } from '../../core/ports.ts';
import type { OnceKey } from './messages.ts';

const keepMilliseconds = 120_000;
const defaultMaxKeys = 100_000;

/** Under which keys something was published in the last 120 seconds; when they are too many, the oldest go first. */
export class PublishedKeys {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #maxKeys: number;
  /** When each is forgotten; the oldest first. */
  readonly #endsAt = new Map<string, number>();

  constructor(clock: Pick<Clock, 'monotonic'>, maxKeys = defaultMaxKeys) {
    this.#clock = clock;
    this.#maxKeys = maxKeys;
  }

  /** What of a batch was not published before under its key; now it is. */
  without(batch: readonly BrokerMessage[], keys: readonly OnceKey[]): readonly BrokerMessage[] {
    const repeats = keys.filter(([key]) => !this.#add(key));
    return repeats.length === 0 ? batch : batch.filter((_message, index) => !repeats.some(([, start, end]) => index >= start && index < end));
  }

  #add(key: string): boolean {
    const now = this.#clock.monotonic();
    for (const [oldest, endsAt] of this.#endsAt) {
      if (endsAt > now && this.#endsAt.size < this.#maxKeys) break;
      this.#endsAt.delete(oldest);
    }
    if (this.#endsAt.has(key)) return false;
    this.#endsAt.set(key, now + keepMilliseconds);
    return true;
  }
}
