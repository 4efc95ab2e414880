import type { Config } from '../config/config.ts';
import { DeadLetterFile } from '../webhooks/dead-letter-file.ts';
import { type FlagSpec, flagValue, type Input, UsageError } from './command.ts';
import { configFlags } from './config-flags.ts';

/** Flags of the commands on the dead-letter list. */
export const deadLetterFlags = {
  ...configFlags,
  file: { value: 'FILE', description: 'Dead-letter file, instead of `webhooks.deadLetterFile`.' },
} as const satisfies Readonly<Record<string, FlagSpec>>;

/** The list that a command line means. Throws UsageError when there is none. */
export function openDeadLetters(input: Input, { webhooks }: Config): DeadLetterFile {
  const path = flagValue(input, 'file') ?? webhooks.deadLetterFile;
  if (path === undefined) throw new UsageError('There is no dead-letter file: set webhooks.deadLetterFile, or name one with --file.');
  return new DeadLetterFile(path, webhooks.deadLetterEvents);
}
