import { readFileSync } from 'node:fs';
import { countOpenFiles } from '../core/count-open-files.ts';

/** How the number and the limit of this process's file descriptors are found. */
export interface OpenFilesSource {
  count(): number;
  /** `Infinity` when it is not known. */
  limit(): number;
}

interface OpenFilesOptions {
  readonly percent: number;
  readonly source: OpenFilesSource;
  /** Too many are open, or no longer. */
  readonly onChange: (isScarce: boolean) => void;
}

/** By how many percent of the limit their number must fall before connections are accepted again. */
const slackPercent = 5;

/**
 * Watches the number of file descriptors: at the limit the engine's accept loop would spin, and nothing else could be opened. Counted once a second,
 * and followed in between.
 */
export class OpenFiles {
  readonly #options: OpenFilesOptions;
  readonly #limit: number;
  #count = 0;
  #isScarce = false;

  constructor(options: OpenFilesOptions) {
    this.#options = options;
    this.#limit = options.source.limit();
  }

  /** A socket was opened (1) or closed (-1). */
  change(by: number): void {
    this.#count += by;
    if (by > 0) this.#check();
  }

  /** Called once a second. */
  tick(): void {
    if (this.#limit === Number.POSITIVE_INFINITY) return;
    this.#count = this.#read();
    this.#check();
  }

  /** Counting may need a descriptor itself. */
  #read(): number {
    try {
      return this.#options.source.count();
    } catch {
      return this.#limit;
    }
  }

  #check(): void {
    const percent = (100 * this.#count) / this.#limit;
    const { percent: most, onChange } = this.#options;
    const isScarce = this.#isScarce ? percent >= most - slackPercent : percent >= most;
    if (isScarce === this.#isScarce) return;
    this.#isScarce = isScarce;
    onChange(isScarce);
  }
}

/** What Linux says; elsewhere nothing is known. */
export const systemOpenFiles: OpenFilesSource = {
  count: countOpenFiles,
  limit() {
    const limits = process.platform === 'linux' ? readFileSync('/proc/self/limits', 'utf8') : '';
    const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
    return soft === undefined ? Number.POSITIVE_INFINITY : Number(soft);
  },
};
