/** Tells what is going on: one line that changes on a terminal, one line for each scenario elsewhere. */
export class Progress {
  readonly #total: number;
  readonly #stream: NodeJS.WriteStream;
  readonly #startedAt = performance.now();
  #nth = 0;

  constructor(total: number, stream: NodeJS.WriteStream) {
    this.#total = total;
    this.#stream = stream;
  }

  begin(name: string): void {
    this.#nth += 1;
    this.step(name, '');
    if (!this.#stream.isTTY) this.#stream.write(`${this.#head()} ${name}\n`);
  }

  step(name: string, detail: string): void {
    if (this.#stream.isTTY) this.#stream.write(`\r\u001b[K${this.#head()} ${name}  ${detail}`);
  }

  end(): void {
    if (this.#stream.isTTY) this.#stream.write('\r\u001b[K');
  }

  #head(): string {
    return `[${this.#nth}/${this.#total} ${Math.round((performance.now() - this.#startedAt) / 1000)} s]`;
  }
}
