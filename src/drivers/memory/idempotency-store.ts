import type { Claim, Clock, IdempotencyStore } from '../../core/ports.ts';

interface Entry {
  readonly fingerprint: string;
  readonly expiresAt: number;
  /** `undefined` while the request is under way. */
  answer: string | undefined;
}

const keepMilliseconds = 120_000;
const defaultMaxEntries = 100_000;

/** Remembers answers in this process for 120 seconds; when there are too many, the oldest go first. */
export class MemoryIdempotencyStore implements IdempotencyStore {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #maxEntries: number;
  /** The oldest first: all entries live equally long. */
  readonly #entries = new Map<string, Entry>();

  constructor(clock: Pick<Clock, 'monotonic'>, maxEntries: number = defaultMaxEntries) {
    this.#clock = clock;
    this.#maxEntries = maxEntries;
  }

  async claim(key: string, fingerprint: string): Promise<Claim> {
    this.#dropOld();
    const entry = this.#entries.get(key);
    if (entry === undefined) {
      this.#entries.set(key, { fingerprint, answer: undefined, expiresAt: this.#clock.monotonic() + keepMilliseconds });
      return { state: 'claimed' };
    }
    if (entry.fingerprint !== fingerprint) return { state: 'conflict' };
    return entry.answer === undefined ? { state: 'pending' } : { state: 'done', answer: entry.answer };
  }

  async complete(key: string, answer: string): Promise<void> {
    const entry = this.#entries.get(key);
    if (entry !== undefined) entry.answer = answer;
  }

  async release(key: string): Promise<void> {
    this.#entries.delete(key);
  }

  #dropOld(): void {
    const now = this.#clock.monotonic();
    for (const [key, { expiresAt }] of this.#entries) {
      if (expiresAt > now && this.#entries.size < this.#maxEntries) return;
      this.#entries.delete(key);
    }
  }
}
