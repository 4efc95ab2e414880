/** A reader whose unsent bytes count. */
export interface Reader {
  readonly unsentBytes: number;
  /** Closes it at once, with what it was not sent. */
  cut(): void;
}

/** How far below the limit the slowest are cut, so that not every further frame finds too many bytes again. */
const lowShare = 0.75;
/** Sent bytes without which measuring again is not worth it, as a share of the limit. */
const stepShare = 1 / 16;

/**
 * Keeps the unsent bytes of all sockets together below a limit. They are only added up when so much was sent since the last time that the limit
 * could be reached: what has been sent is a bound for what is unsent, and costs one addition per event.
 */
export class Backlog {
  readonly #limitBytes: number;
  readonly #readers = new Set<Reader>();
  /** Unsent at the last measuring, and sent since. */
  #known = 0;
  #sent = 0;
  #isDue = false;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  add(reader: Reader): void {
    this.#readers.add(reader);
  }

  remove(reader: Reader): void {
    this.#readers.delete(reader);
  }

  /** So many bytes are about to be sent. */
  expect(bytes: number): void {
    this.#sent += bytes;
    if (this.#isDue || this.#sent < this.#limitBytes * stepShare || this.#known + this.#sent < this.#limitBytes) return;
    this.#isDue = true;
    setImmediate(() => this.#measure()); // not from within a publish
  }

  #measure(): void {
    this.#isDue = false;
    this.#sent = 0;
    this.#known = this.#sum();
    if (this.#known < this.#limitBytes) return;
    const slowest = [...this.#readers].map((reader) => ({ reader, bytes: reader.unsentBytes })).filter(({ bytes }) => bytes > 0);
    slowest.sort((one, other) => other.bytes - one.bytes);
    for (const { reader, bytes } of slowest) {
      if (this.#known <= this.#limitBytes * lowShare) return;
      this.#known -= bytes;
      reader.cut();
    }
  }

  #sum(): number {
    let bytes = 0;
    for (const reader of this.#readers) bytes += reader.unsentBytes;
    return bytes;
  }
}
