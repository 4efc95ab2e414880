import type { LineWriter } from '../core/live-feed.ts';
import type { Clock } from '../core/ports.ts';
import type { FeedLine } from './line.ts';
import { Repeats } from './repeats.ts';

interface ReaderOptions {
  readonly writer: LineWriter;
  readonly clock: Pick<Clock, 'now' | 'monotonic'>;
  readonly node: string;
  readonly linesPerSecond: number;
}

/** Silence after which an empty line is written, so that nobody between takes the connection for dead. */
const silentTicks = 5;
/** How long a peer may not read at all. */
const blockedTicks = 30;

/** One peer that reads the feed. It gets so many lines a second, and none while it has to catch up: what it misses is counted, never kept. */
export class Reader {
  readonly #options: ReaderOptions;
  readonly #repeats = new Repeats();
  #left: number;
  #leftOut = 0;
  #silentTicks = 0;
  #blockedTicks = 0;

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.#left = options.linesPerSecond;
  }

  /** Writes a line, unless it repeats another. `false` when it had to be left out. */
  take(line: FeedLine): boolean {
    const { writer, clock } = this.#options;
    if (this.#repeats.isRepeat(line, clock.monotonic())) return true;
    this.#left -= 1;
    if (this.#left < 0 || writer.isBlocked) return false;
    this.#write(JSON.stringify(line));
    return true;
  }

  /** So many lines were left out elsewhere. */
  leaveOut(count: number): void {
    this.#leftOut += count;
  }

  /** Called once a second. */
  tick(): void {
    const { writer, linesPerSecond } = this.#options;
    this.#left = linesPerSecond;
    this.#blockedTicks = writer.isBlocked ? this.#blockedTicks + 1 : 0;
    if (this.#blockedTicks >= blockedTicks) writer.cut();
    if (writer.isBlocked) return;
    this.#silentTicks += 1;
    if (this.#leftOut > 0) this.#remark({ kind: 'left_out', count: this.#leftOut });
    this.#leftOut = 0;
    if (this.#silentTicks >= silentTicks) this.#write('');
  }

  /** Says why, and ends. */
  end(reason: string): void {
    this.#remark({ kind: 'ended', reason });
    this.#options.writer.end();
  }

  #remark(remark: { readonly kind: 'left_out' | 'ended'; readonly count?: number; readonly reason?: string }): void {
    const { clock, node } = this.#options;
    this.#write(JSON.stringify({ time: new Date(clock.now()).toISOString(), node, ...remark }));
  }

  #write(line: string): void {
    this.#silentTicks = 0;
    this.#options.writer.write(`${line}\n`);
  }
}
