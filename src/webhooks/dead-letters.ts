import type { Log } from '../core/ports.ts';
import type { DeadLetter } from './dead-letter.ts';
import type { DeadLetterFile } from './dead-letter-file.ts';

interface DeadLettersOptions {
  readonly maxLetters: number;
  /** Keeps the list over restarts. */
  readonly file: Pick<DeadLetterFile, 'append'> | undefined;
  readonly log: Log;
}

/** The events that were given up: the newest in memory, and in a file if there is one. */
export class DeadLetters {
  readonly #options: DeadLettersOptions;
  readonly #letters: DeadLetter[] = [];
  #unwritten: DeadLetter[] = [];
  #writing: Promise<void> | undefined;

  constructor(options: DeadLettersOptions) {
    this.#options = options;
  }

  /** What this process gave up, oldest first. */
  get letters(): readonly DeadLetter[] {
    return this.#letters;
  }

  add(letter: DeadLetter): void {
    const { maxLetters, file } = this.#options;
    keepNewest(this.#letters, letter, maxLetters);
    if (file === undefined) return;
    keepNewest(this.#unwritten, letter, maxLetters);
    this.#writing ??= this.#write(file).finally(() => {
      this.#writing = undefined;
    });
  }

  /** Resolves when everything is in the file; never rejects. */
  async flush(): Promise<void> {
    await this.#writing;
  }

  /** One write at a time; what comes meanwhile goes into the next. */
  async #write(file: Pick<DeadLetterFile, 'append'>): Promise<void> {
    while (this.#unwritten.length > 0) {
      const letters = this.#unwritten;
      this.#unwritten = [];
      try {
        await file.append(letters);
      } catch (error) {
        this.#options.log.error({ ids: letters.map(({ id }) => id), err: error }, 'dead letters could not be written to their file');
      }
    }
  }
}

function keepNewest(letters: DeadLetter[], letter: DeadLetter, maxLetters: number): void {
  letters.push(letter);
  if (letters.length > maxLetters) letters.shift();
}
