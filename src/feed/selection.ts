import type { App } from '../core/app.ts';
import type { Clock } from '../core/ports.ts';
import { type FeedFilter, isWanted } from './filter.ts';
import type { FeedKind } from './kinds.ts';
import { type FeedLine, lineOf } from './line.ts';
import type { FeedSettings } from './settings.ts';
import type { FeedEvent, Watch } from './watches.ts';

interface SelectionOptions {
  readonly app: App;
  readonly filter: FeedFilter;
  readonly node: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly settings: Pick<FeedSettings, 'linesPerSecond' | 'dataBytes'>;
  /** Takes a line; `false` when it had to leave it out. */
  readonly take: (line: FeedLine) => boolean;
}

/** What one reader wants of this node's events, so many a second. What is above that is counted, and costs no line. */
export class Selection implements Watch {
  readonly #options: SelectionOptions;
  #left: number;
  #leftOut = 0;

  constructor(options: SelectionOptions) {
    this.#options = options;
    this.#left = options.settings.linesPerSecond;
  }

  get kinds(): ReadonlySet<FeedKind> {
    return this.#options.filter.kinds;
  }

  offer(event: FeedEvent): void {
    const { app, filter, node, clock, settings, take } = this.#options;
    if (!isWanted(filter, app, event)) return;
    this.#left -= 1;
    const isShown = this.#left >= 0 && take(lineOf(event, { node, now: clock.now(), dataBytes: filter.withData ? settings.dataBytes : 0 }));
    if (!isShown) this.#leftOut += 1;
  }

  /** Begins another second. Returns how many lines the last one left out. */
  tick(): number {
    const leftOut = this.#leftOut;
    this.#leftOut = 0;
    this.#left = this.#options.settings.linesPerSecond;
    return leftOut;
  }
}
