import type { FeedLine } from './line.ts';
import type { Selection } from './selection.ts';

/** How long lines wait for others to go with them. */
const gatherMilliseconds = 100;
/** A reader whose node has been silent for so long is gone. */
const silentTicks = 15;

interface RemoteReaderOptions {
  /** Makes the selection, whose lines go to `take`. */
  readonly select: (take: (line: FeedLine) => boolean) => Selection;
  readonly send: (lines: readonly FeedLine[], leftOut: number) => void;
}

/** This node's part for a reader on another node: its lines, a few at a time. */
export class RemoteReader {
  readonly selection: Selection;
  readonly #send: RemoteReaderOptions['send'];
  #lines: FeedLine[] = [];
  #timer: NodeJS.Timeout | undefined;
  #silentTicks = 0;

  constructor({ select, send }: RemoteReaderOptions) {
    this.#send = send;
    this.selection = select((line) => this.#take(line));
  }

  /** Its node still wants it. */
  renew(): void {
    this.#silentTicks = 0;
  }

  /** Called once a second. Returns whether it is still wanted. */
  tick(): boolean {
    this.#silentTicks += 1;
    const leftOut = this.selection.tick();
    if (leftOut > 0) this.#flush(leftOut);
    return this.#silentTicks < silentTicks;
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #take(line: FeedLine): boolean {
    this.#lines.push(line); // as many as the selection lets through in the time
    this.#timer ??= setTimeout(() => this.#flush(0), gatherMilliseconds);
    return true;
  }

  #flush(leftOut: number): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const lines = this.#lines;
    this.#lines = [];
    this.#send(lines, leftOut);
  }
}
