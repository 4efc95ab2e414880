import { EventEmitter } from 'node:events';
import { Writable } from 'node:stream';
import type { Terminal } from '../cli/terminal.ts';

/** A terminal whose output can be read and which can be sent signals. */
export interface TestTerminal extends Terminal {
  readonly signals: EventEmitter;
  /** Everything written so far. */
  output(): string;
  complaints(): string;
  /** Codes that the command wanted to exit with at once. */
  readonly exits: readonly number[];
  /** Resolves with the output as soon as the text was written, as output or as a complaint. */
  waitFor(text: string): Promise<string>;
}

/** A terminal without a person and with no variables but the given ones. */
export function createTestTerminal(environment: Terminal['environment'] = {}, isInteractive = false): TestTerminal {
  const written = new EventEmitter();
  const stdout = new Collector(written);
  const stderr = new Collector(written);
  const exits: number[] = [];
  return {
    environment,
    isInteractive,
    stdout,
    stderr,
    signals: new EventEmitter(),
    exits,
    exit: (code) => exits.push(code),
    output: () => stdout.text,
    complaints: () => stderr.text,
    waitFor: (text) =>
      new Promise((resolve) => {
        const look = () => {
          if (!stdout.text.includes(text) && !stderr.text.includes(text)) return;
          written.off('written', look);
          resolve(stdout.text);
        };
        written.on('written', look);
        look();
      }),
  };
}

class Collector extends Writable {
  text = '';
  readonly #written: EventEmitter;

  constructor(written: EventEmitter) {
    super({ decodeStrings: false });
    this.#written = written;
  }

  override _write(chunk: string | Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    this.#written.emit('written');
    done();
  }
}
