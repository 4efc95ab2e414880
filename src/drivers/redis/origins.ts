const maxOrigins = 10_000;
/** With fewer nobody has to go soon, and their order does not matter. */
const manyOrigins = maxOrigins / 2;

/** Knows which batches have come, so that one that was sent again is not delivered again. */
export class Origins {
  readonly #last = new Map<string, number>();

  /** Whether the batch is new. Numbers of an origin only rise. */
  admit(origin: string, number: number): boolean {
    const last = this.#last.get(origin);
    if (last !== undefined && number <= last) return false;
    // The one heard of last stands last: whoever has been silent longest goes first.
    if (this.#last.size > manyOrigins) this.#last.delete(origin);
    this.#last.set(origin, number);
    if (this.#last.size > maxOrigins) this.#forgetOldest();
    return true;
  }

  #forgetOldest(): void {
    const [oldest] = this.#last.keys();
    if (oldest !== undefined) this.#last.delete(oldest);
  }
}
