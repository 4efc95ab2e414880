import type { Command, FlagSpec } from './command.ts';

/** The help of the whole program. */
export function describeProgram(commands: readonly Command[]): string {
  return [
    'clarion - a Pusher Channels protocol server',
    '',
    'Usage: clarion COMMAND [OPTIONS]',
    '',
    ...columns(commands.map(({ name, summary }) => [name, summary])),
    '',
    '`clarion COMMAND --help` says more about each.',
    '',
    'Exit codes: 0 done, 1 failed, 2 wrong command line, 3 faulty configuration.',
  ].join('\n');
}

/** The help of one command. */
export function describeCommand({ name, summary, positionals, flags, details }: Command): string {
  return [
    summary,
    '',
    ['Usage: clarion', name, positionals?.usage, '[OPTIONS]'].filter((part) => part !== undefined).join(' '),
    '',
    ...columns([...Object.entries(flags).map(([flag, spec]): Row => [flagUsage(flag, spec), spec.description]), ['-h, --help', 'Show this help.']]),
    ...(details === undefined ? [] : ['', details]),
  ].join('\n');
}

type Row = readonly [left: string, right: string];

function flagUsage(name: string, { value, repeats }: FlagSpec): string {
  return `--${name}${value === undefined ? '' : ` ${value}`}${repeats === true ? ' …' : ''}`;
}

function columns(rows: readonly Row[]): readonly string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
