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
