import { appendFile, readFile, rename, rm, stat } from 'node:fs/promises';
import { type DeadLetter, parseDeadLetter } from './dead-letter.ts';

/**
 * A dead-letter list on disk: one JSON line per letter in `path`, the older ones in `path.1`. A full file takes the place of the older one, so
 * that each write only appends or renames, and a server and one replay can use the list at the same time without a lock. Readable by its owner
 * only, because events may hold what users wrote.
 */
export class DeadLetterFile {
  readonly #path: string;
  readonly #maxLetters: number;
  /** The newer file as this process left it: another size means that its lines must be counted again. */
  #known = { bytes: 0, lines: 0 };

  /** Keeps at least the newest `maxLetters`, at most twice as many. */
  constructor(path: string, maxLetters: number) {
    this.#path = path;
    this.#maxLetters = maxLetters;
  }

  /** Calls must not overlap. Rejects when the file cannot be written. */
  async append(letters: readonly DeadLetter[]): Promise<void> {
    if (this.#maxLetters < 1) return;
    for (let rest = letters; rest.length > 0; ) {
      const lines = await this.#countLines();
      const isFull = lines >= this.#maxLetters;
      if (isFull) await rename(this.#path, this.#older);
      const before = isFull ? 0 : lines;
      const room = this.#maxLetters - before;
      await this.#write(rest.slice(0, room), before);
      rest = rest.slice(room);
    }
  }

  /** All letters, oldest first; none when there is no file. Rejects when a file cannot be read. */
  async read(): Promise<readonly DeadLetter[]> {
    const files = await Promise.all([...this.#taken, this.#older, this.#path].map(readLetters));
    return files.flat();
  }

  /** Hands out every letter, oldest first, and keeps those for which `isDone` resolves `false`. Loses none when it is interrupted. */
  async drain(isDone: (letter: DeadLetter) => Promise<boolean>): Promise<void> {
    const [olderTaken, taken] = this.#taken;
    await this.#putBack(); // what an interrupted call left
    await rename(this.#older, olderTaken).catch(ignoreMissing);
    await rename(this.#path, taken).catch(ignoreMissing);
    const kept: DeadLetter[] = [];
    for (const letter of [...(await readLetters(olderTaken)), ...(await readLetters(taken))]) {
      if (!(await isDone(letter))) kept.push(letter);
    }
    await this.append(kept);
    await this.#forgetTaken();
  }

  get #older(): string {
    return `${this.#path}.1`;
  }

  /** Where letters are while they are handed out. */
  get #taken(): readonly [older: string, newer: string] {
    return [`${this.#older}.replay`, `${this.#path}.replay`];
  }

  async #putBack(): Promise<void> {
    for (const file of this.#taken) await this.append(await readLetters(file));
    await this.#forgetTaken();
  }

  async #forgetTaken(): Promise<void> {
    for (const file of this.#taken) await rm(file, { force: true });
  }

  async #countLines(): Promise<number> {
    const bytes = await sizeOf(this.#path);
    if (bytes !== this.#known.bytes) this.#known = { bytes, lines: (await readLines(this.#path)).length };
    return this.#known.lines;
  }

  async #write(letters: readonly DeadLetter[], linesBefore: number): Promise<void> {
    await appendFile(this.#path, letters.map((letter) => `${JSON.stringify(letter)}\n`).join(''), { mode: 0o600 });
    this.#known = { bytes: await sizeOf(this.#path), lines: linesBefore + letters.length };
  }
}

async function readLetters(path: string): Promise<readonly DeadLetter[]> {
  const lines = await readLines(path);
  return lines.map(parseDeadLetter).filter((letter) => letter !== undefined);
}

async function readLines(path: string): Promise<readonly string[]> {
  const text = await readFile(path, 'utf8').catch(ignoreMissing);
  return (text ?? '').split('\n').filter((line) => line !== '');
}

async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch(ignoreMissing);
  return found?.size ?? 0;
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}
