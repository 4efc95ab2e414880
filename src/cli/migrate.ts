import { writeFileSync } from 'node:fs';
import type { Tree } from '../config/tree.ts';
import { migrate as migrateSource } from '../migrate/migrate.ts';
import { readFile } from '../migrate/read-file.ts';
import { describeFindings } from '../migrate/report.ts';
import { leaveOutSecrets } from '../migrate/secrets.ts';
import { type FamilyName, familyNames } from '../migrate/source.ts';
import { type Command, flagValue, type Input, UsageError } from './command.ts';
import { exitCodes } from './exit-code.ts';
import { complain, print, type Terminal } from './terminal.ts';

/** `clarion migrate`: puts the configuration of another server into our words. */
export const migrate: Command = {
  name: 'migrate',
  summary: 'Turn the configuration of Soketi, Reverb or laravel-websockets into one of Clarion.',
  positionals: { usage: 'FILE', least: 1, most: 1 },
  flags: {
    from: { value: 'NAME', description: `${familyNames.join(', ')}. By default what the file looks like.` },
    output: { value: 'FILE', description: 'Where to write the configuration; it must not be there yet. By default standard output.' },
    'without-secrets': { description: 'Leave secrets out, and name the variables that have to give them.' },
  },
  details:
    'FILE is a .env file, or JSON: the configuration file of Soketi, or what PHP prints for config/reverb.php or config/websockets.php:\n' +
    `  php artisan tinker --execute="echo json_encode(config('reverb'));"\n` +
    'With - it is read from standard input. Every option of it is reported: what it became, why it is needless, or what to do instead.\n' +
    'The report goes to standard error, or to standard output with --output. The file that is written is readable by its owner only.',
  async run(input, terminal) {
    const [file = ''] = input.positionals;
    const { settings, findings } = migrateSource(readFile(file, familyOf(input)), file);
    const { shown, variables } = withSecretsAsAsked(input, settings);
    const output = flagValue(input, 'output');
    const tell = (line: string) => (output === undefined ? complain(terminal, line) : print(terminal, line));
    write(`${JSON.stringify(shown, null, 2)}\n`, output, terminal);
    tell(describeFindings(findings));
    if (settings.apps === undefined) tell('\nNo app was found: without one, the development app is served.');
    if (variables.length > 0) tell(`\nSecrets were left out. Set ${variables.map((name) => `${name} (or ${name}_FILE)`).join(', ')}.`);
    else tell(`\n${output === undefined ? 'The output' : `${output} was written, readable by its owner only: it`} holds secrets.`);
    return exitCodes.success;
  },
};

function familyOf(input: Input): FamilyName | undefined {
  const name = flagValue(input, 'from');
  const family = familyNames.find((candidate) => candidate === name);
  if (name !== undefined && family === undefined) throw new UsageError(`There is no ${name} to migrate from: use ${familyNames.join(', ')}.`);
  return family;
}

function withSecretsAsAsked(input: Input, settings: Tree): { readonly shown: Tree; readonly variables: readonly string[] } {
  if (!input.flags.has('without-secrets')) return { shown: settings, variables: [] };
  const open = leaveOutSecrets(settings);
  if (open === undefined) {
    throw new UsageError('Secrets can only be left out where variables can give them: with one app, and without headers of webhooks.');
  }
  return { shown: open.settings, variables: open.variables };
}

/** Never over another file. */
function write(text: string, output: string | undefined, terminal: Terminal): void {
  if (output === undefined) {
    terminal.stdout.write(text);
    return;
  }
  try {
    writeFileSync(output, text, { flag: 'wx', mode: 0o600 });
  } catch (cause) {
    const isThere = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST';
    throw isThere ? new Error(`${output} is there already; nothing was written.`, { cause }) : cause;
  }
}
