import type { HttpResponse as UwsResponse } from 'uWebSockets.js';
import type { LineWriter, OpenFeed } from '../core/live-feed.ts';

/** An answer that goes on, in chunks. The engine's response object must not be touched after its end. */
export class UwsLineWriter implements LineWriter {
  #res: UwsResponse | undefined;
  #isBlocked = false;
  readonly #onGone: () => void;

  /** Sends the head, within a cork of the engine. */
  constructor(res: UwsResponse, open: OpenFeed) {
    this.#res = res;
    res.writeHeader('Content-Type', 'application/x-ndjson');
    res.writeHeader('Cache-Control', 'no-store');
    res.writeHeader('X-Accel-Buffering', 'no'); // a proxy must not wait for the end
    res.write('\n'); // with the first byte the head leaves
    res.onWritable(() => {
      this.#isBlocked = false;
      return true;
    });
    this.#onGone = open(this);
  }

  get isBlocked(): boolean {
    return this.#isBlocked;
  }

  write(text: string): void {
    const res = this.#res;
    res?.cork(() => {
      this.#isBlocked = !res.write(text) || this.#isBlocked;
    });
  }

  end(): void {
    const res = this.#res;
    this.#res = undefined;
    res?.cork(() => {
      res.end();
    });
  }

  cut(): void {
    this.#res?.close(); // `gone` follows
  }

  /** The engine has closed it. */
  gone(): void {
    this.#res = undefined;
    this.#onGone();
  }
}
