import type { Claim, Clock, IdempotencyStore } from '../../core/ports.ts';

interface Entry {
  readonly fingerprint: string;
  readonly expiresAt: number;
  /** `undefined` while the request is under way. */
  answer: string | undefined;
}

const keepMilliseconds = 120_000;
const defaultMaxEntries = 100_000;
/** Of all answers together: those with counts of many channels are long. */
const defaultMaxAnswerCharacters = 33_554_432;

/** Remembers answers in this process for 120 seconds; when they are too many or too long, the oldest go first. */
export class MemoryIdempotencyStore implements IdempotencyStore {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #maxEntries: number;
  readonly #maxAnswerCharacters: number;
  /** The oldest first: all entries live equally long. */
  readonly #entries = new Map<string, Entry>();
  #answerCharacters = 0;

  constructor(clock: Pick<Clock, 'monotonic'>, maxEntries: number = defaultMaxEntries, maxAnswerCharacters: number = defaultMaxAnswerCharacters) {
    this.#clock = clock;
    this.#maxEntries = maxEntries;
    this.#maxAnswerCharacters = maxAnswerCharacters;
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
    if (entry === undefined) return;
    this.#answerCharacters += answer.length - (entry.answer?.length ?? 0);
    entry.answer = answer;
  }

  async release(key: string): Promise<void> {
    this.#delete(key);
  }

  #dropOld(): void {
    const now = this.#clock.monotonic();
    for (const [key, { expiresAt }] of this.#entries) {
      const isTooMuch = this.#entries.size >= this.#maxEntries || this.#answerCharacters > this.#maxAnswerCharacters;
      if (expiresAt > now && !isTooMuch) return;
      this.#delete(key);
    }
  }

  #delete(key: string): void {
    this.#answerCharacters -= this.#entries.get(key)?.answer?.length ?? 0;
    this.#entries.delete(key);
  }
}
