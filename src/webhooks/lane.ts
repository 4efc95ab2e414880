import type { Delivery } from './delivery.ts';
import { OrderedSet } from './ordered-set.ts';

/** A delivery that waits for its turn or is being made. */
export interface Entry {
  readonly delivery: Delivery;
  readonly lane: Lane;
  /** Milliseconds since the epoch. */
  readonly giveUpAt: number;
  /** What it counts for against the limit of the queue. */
  readonly load: number;
  attempts: number;
}

/** Deliveries that must keep their order: those of one channel, or all batches. */
export class Lane {
  readonly key: string;
  /** Oldest first; the one being sent stays in it. */
  readonly entries = new OrderedSet<Entry>();
  sending: Entry | undefined = undefined;
  #callOff: (() => void) | undefined;

  constructor(key: string) {
    this.key = key;
  }

  /** Remembers how to call off the next attempt for the first delivery. */
  pause(callOff: () => void): void {
    this.#callOff = callOff;
  }

  /** The next attempt is made now, or for another delivery. */
  resume(): void {
    this.#callOff?.();
    this.#callOff = undefined;
  }
}
