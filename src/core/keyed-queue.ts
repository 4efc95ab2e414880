/** Runs tasks of one key one after the other, in the order of the calls. Tasks of different keys do not wait for each other. */
export class KeyedQueue {
  readonly #tails = new Map<string, Promise<void>>();

  /** Starts the task at once, in this tick, when nothing under its key is under way. Throws or rejects as the task does. */
  run(key: string, task: () => void | Promise<void>): void | Promise<void> {
    const before = this.#tails.get(key);
    const result = before === undefined ? task() : before.then(task);
    if (result === undefined) return;
    const tail: Promise<void> = result.then(ignore, ignore).then(() => {
      if (this.#tails.get(key) === tail) this.#tails.delete(key);
    });
    this.#tails.set(key, tail);
    return result;
  }

  /** Keys under which something is under way. */
  get size(): number {
    return this.#tails.size;
  }
}

function ignore(): void {}
