const holdSeconds = 5;
/** Those that are held at one time come back at different ones. */
const spreadSeconds = 1;

/**
 * Keeps sockets for 5 to 7 seconds before they are sent away: clients that are closed at once come back at once. Goes by the server's tick of one
 * second. Bounded by whoever fills it: ask `isFull` before a stranger is held.
 */
export class Holding {
  readonly #places: number;
  readonly #slots = new Map<number, Set<() => void>>();
  #held = 0;
  #now = 0;

  constructor(places: number) {
    this.#places = places;
  }

  get isFull(): boolean {
    return this.#held >= this.#places;
  }

  /** Calls `release` when the time is over. Returns the function that forgets it, to be called when the socket is gone. */
  hold(release: () => void): () => void {
    const dueAt = this.#now + holdSeconds + 1 + Math.floor(Math.random() * (spreadSeconds + 1));
    const slot = this.#slots.get(dueAt) ?? new Set();
    this.#slots.set(dueAt, slot.add(release));
    this.#held += 1;
    return () => {
      if (!slot.delete(release)) return;
      this.#held -= 1;
    };
  }

  /** Called once a second. */
  tick(): void {
    this.#now += 1;
    const due = this.#slots.get(this.#now);
    this.#slots.delete(this.#now);
    for (const release of due ?? []) {
      this.#held -= 1;
      due?.delete(release);
      release();
    }
  }
}
