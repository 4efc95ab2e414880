/** Lets many who ask for the same at about the same time share one answer, which is never older than their question. */
export class SharedRuns<Answer> {
  readonly #running = new Map<string, Promise<Answer>>();
  readonly #next = new Map<string, Promise<Answer>>();

  /** At most one run of a key is under way, and one waits for it, which begins after all who wait for it have asked. */
  run(key: string, task: () => Promise<Answer>): Promise<Answer> {
    const running = this.#running.get(key);
    if (running === undefined) return this.#start(key, task);
    const next =
      this.#next.get(key) ??
      running.then(ignore, ignore).then(() => {
        this.#next.delete(key);
        return this.#start(key, task);
      });
    this.#next.set(key, next);
    return next;
  }

  #start(key: string, task: () => Promise<Answer>): Promise<Answer> {
    const run = task().finally(() => {
      if (this.#running.get(key) === run) this.#running.delete(key);
    });
    this.#running.set(key, run);
    return run;
  }
}

function ignore(): void {}
