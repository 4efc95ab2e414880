import { onTestFinished } from 'vitest';
import { signedQuery } from './signature.ts';
import type { Target } from './target.ts';

export type FeedLine = Readonly<Record<string, unknown>>;

const patienceMilliseconds = 8000;

/** A reader of an app's live feed. Ends with the test that opened it. */
export class Feed {
  /** Every line so far. */
  readonly lines: FeedLine[] = [];
  /** Resolves when the answer is over. */
  readonly ended: Promise<void>;
  readonly #abort = new AbortController();
  readonly #waiting = new Set<() => void>();
  #isOver = false;
  #taken = 0;

  private constructor(response: Response, abort: AbortController) {
    this.#abort = abort;
    this.ended = this.#read(response).finally(() => {
      this.#isOver = true;
      this.#tell();
    });
    onTestFinished(() => this.close());
  }

  /** Resolves when the feed is open; throws unless the server opens it. */
  static async open(target: Target, query: Readonly<Record<string, string>> = {}): Promise<Feed> {
    const url = new URL(`${target.httpUrl}/apps/${target.id}/feed`);
    url.search = signedQuery(target, { method: 'GET', path: url.pathname, query }).toString();
    const abort = new AbortController();
    const response = await fetch(url, { signal: abort.signal });
    if (response.status !== 200) throw new Error(`The feed was answered with ${response.status}: ${await response.text()}`);
    return new Feed(response, abort);
  }

  /** The next line, from where the last call stopped, that has these fields. */
  async next(fields: FeedLine): Promise<FeedLine> {
    const deadline = performance.now() + patienceMilliseconds;
    for (;;) {
      while (this.#taken < this.lines.length) {
        const line = this.lines[this.#taken] ?? {};
        this.#taken += 1;
        if (Object.entries(fields).every(([name, value]) => line[name] === value)) return line;
      }
      if (this.#isOver || performance.now() > deadline) {
        throw new Error(`No line with ${JSON.stringify(fields)} came. There were: ${JSON.stringify(this.lines)}`);
      }
      await this.#change(deadline - performance.now());
    }
  }

  /** The kinds of the lines so far. */
  kinds(): readonly unknown[] {
    return this.lines.map(({ kind }) => kind);
  }

  async close(): Promise<void> {
    this.#abort.abort();
    await this.ended;
  }

  async #read(response: Response): Promise<void> {
    const decoder = new TextDecoder();
    let rest = '';
    try {
      for await (const chunk of response.body ?? []) {
        const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) if (line !== '') this.lines.push(JSON.parse(line) as FeedLine);
        this.#tell();
      }
    } catch (error) {
      if (!(error instanceof Error && error.name === 'AbortError')) throw error;
    }
  }

  #change(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.max(0, milliseconds));
      this.#waiting.add(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #tell(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
