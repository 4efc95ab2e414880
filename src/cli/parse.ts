import { parseArgs } from 'node:util';
import { suggestion } from '../config/nearest.ts';
import { type Command, type FlagSpec, type Input, UsageError } from './command.ts';

/** Every command has it. */
export const helpFlag = 'help';

/** Checks the arguments of a command. Throws UsageError. */
export function parseInput(command: Command, args: readonly string[]): Input {
  const specs: Readonly<Record<string, FlagSpec>> = { ...command.flags, [helpFlag]: { description: 'Show this help.' } };
  const options = Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => [
      name,
      { type: spec.value === undefined ? ('boolean' as const) : ('string' as const), ...(name === helpFlag && { short: 'h' }) },
    ]),
  );
  // Not strict: the engine's own complaints name no similar flag.
  const { tokens } = parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true });
  const flags = new Map<string, readonly string[]>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const value = checkFlag(Object.hasOwn(specs, token.name) ? specs[token.name] : undefined, token, Object.keys(specs));
    flags.set(token.name, [...(flags.get(token.name) ?? []), value]);
  }
  if (!flags.has(helpFlag)) checkPositionals(command, positionals);
  return { flags, positionals };
}

interface FlagToken {
  readonly rawName: string;
  readonly value?: string | undefined;
}

function checkFlag(spec: FlagSpec | undefined, { rawName, value }: FlagToken, known: readonly string[]): string {
  if (spec === undefined) {
    throw new UsageError(
      `Unknown option ${rawName}.${suggestion(
        rawName,
        known.map((name) => `--${name}`),
      )}`,
    );
  }
  if (spec.value === undefined && value !== undefined) throw new UsageError(`${rawName} takes no value.`);
  if (spec.value !== undefined && value === undefined) throw new UsageError(`${rawName} needs a value: ${rawName} ${spec.value}.`);
  return value ?? '';
}

function checkPositionals({ name, positionals: spec }: Command, positionals: readonly string[]): void {
  const { least, most, usage } = spec ?? { least: 0, most: 0, usage: '' };
  if (positionals.length < least) throw new UsageError(`Too few arguments: clarion ${name} ${usage}`);
  if (positionals.length > most) throw new UsageError(`Unexpected argument ${positionals[most]}.`);
}
