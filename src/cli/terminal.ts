import type { Environment } from '../config/variables.ts';

/** What a command reads from and writes to: the process, or a test's stand-in. */
export interface Terminal {
  readonly environment: Environment;
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  /** Whether a person reads the output. */
  readonly isInteractive: boolean;
  /** Where signals arrive. */
  readonly signals: Pick<NodeJS.EventEmitter, 'on' | 'off'>;
  /** Ends the process at once. */
  exit(code: number): void;
}

/** Writes one line of output. */
export function print(terminal: Pick<Terminal, 'stdout'>, line: string): void {
  terminal.stdout.write(`${line}\n`);
}

/** Writes one line that is no output: a remark, a fault. */
export function complain(terminal: Pick<Terminal, 'stderr'>, line: string): void {
  terminal.stderr.write(`${line}\n`);
}

/** A terminal must not obey what a client or an endpoint has written. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '?');
}

/** Resolves when nobody reads the output any more, as after `| head`. */
export function readerLeft({ stdout }: Pick<Terminal, 'stdout'>): Promise<'EPIPE'> {
  return new Promise((resolve) => {
    stdout.on('error', () => resolve('EPIPE'));
  });
}
