import type { ServerLimits } from '../protocol/limits.ts';
import type { Counters } from './counters.ts';
import type { Clock } from './ports.ts';
import { TokenBucket } from './token-bucket.ts';

interface AdmissionOptions {
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly limits: Pick<ServerLimits, 'handshakesPerSecond' | 'handshakeBurst' | 'handshakeQueueSeconds'>;
  readonly counters: Pick<Counters, 'handshakesDelayed'>;
}

/** What becomes of a socket that waits. */
export interface Waiting {
  /** Its turn has come. */
  open(): void;
  /** The server stops. */
  refuse(): void;
}

const stepMilliseconds = 20;

/**
 * Lets so many handshakes a second through; the others wait in order. A client that has to wait for a moment does not come back, while one that
 * is refused adds to the storm.
 */
export class Admission {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #counters: Pick<Counters, 'handshakesDelayed'>;
  readonly #bucket: TokenBucket;
  /** What can be let through within the time that anybody shall wait. */
  readonly #places: number;
  readonly #queue = new Set<Waiting>();
  #timer: NodeJS.Timeout | undefined;

  constructor({ clock, limits, counters }: AdmissionOptions) {
    this.#clock = clock;
    this.#counters = counters;
    this.#bucket = new TokenBucket(limits.handshakesPerSecond, clock.monotonic(), limits.handshakeBurst);
    this.#places = limits.handshakesPerSecond * limits.handshakeQueueSeconds;
  }

  /** Whether there is neither a turn nor a place to wait. */
  get isFull(): boolean {
    return this.#queue.size >= this.#places && !this.#isOpen;
  }

  /** Opens at once, in this tick, or later. Returns the function that gives the place up, to be called when the socket is gone. */
  enter(waiting: Waiting): () => void {
    if (this.#isOpen && this.#bucket.take(this.#clock.monotonic())) {
      waiting.open();
      return () => {};
    }
    this.#counters.handshakesDelayed += 1;
    this.#queue.add(waiting);
    this.#timer ??= setTimeout(() => this.#letIn(), stepMilliseconds);
    return () => this.#queue.delete(waiting);
  }

  /** Refuses all who wait. */
  close(): void {
    clearTimeout(this.#timer);
    const waiting = [...this.#queue];
    this.#queue.clear();
    for (const { refuse } of waiting) refuse();
  }

  /** Nobody overtakes those who wait. */
  get #isOpen(): boolean {
    return this.#queue.size === 0 && this.#bucket.has(this.#clock.monotonic());
  }

  #letIn(): void {
    const now = this.#clock.monotonic();
    for (const waiting of this.#queue) {
      if (!this.#bucket.take(now)) break;
      this.#queue.delete(waiting);
      waiting.open();
    }
    this.#timer = this.#queue.size === 0 ? undefined : setTimeout(() => this.#letIn(), stepMilliseconds);
  }
}
