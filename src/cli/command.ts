import type { ExitCode } from './exit-code.ts';
import type { Terminal } from './terminal.ts';

/** An option of a command. */
export interface FlagSpec {
  readonly description: string;
  /** What stands for its value in the help, such as `FILE`; a flag without one is on or off. */
  readonly value?: string;
  /** Whether it may be given several times. */
  readonly repeats?: boolean;
  /** The option of the configuration that it sets; `text` is what it sets a flag without a value to. */
  readonly sets?: { readonly path: string; readonly text?: string };
}

/** A command line after its check. */
export interface Input {
  /** The values of flags, in the order given; of one without a value an empty text. */
  readonly flags: ReadonlyMap<string, readonly string[]>;
  readonly positionals: readonly string[];
}

export interface Command {
  /** One word or two, such as `config check`. */
  readonly name: string;
  readonly summary: string;
  /** The arguments that are no flags, as the help shows them. */
  readonly positionals?: { readonly usage: string; readonly least: number; readonly most: number };
  readonly flags: Readonly<Record<string, FlagSpec>>;
  /** More for the help. */
  readonly details?: string;
  run(input: Input, terminal: Terminal): Promise<ExitCode>;
}

/** A command line that makes no sense. The message is for the person who wrote it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The last value of a flag, if it was given. */
export function flagValue({ flags }: Input, name: string): string | undefined {
  return flags.get(name)?.at(-1);
}
