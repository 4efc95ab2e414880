import { randomBytes, randomInt } from 'node:crypto';
import { type Command, flagValue, UsageError } from './command.ts';
import { exitCodes } from './exit-code.ts';
import { print } from './terminal.ts';

interface Credentials {
  readonly id: string;
  readonly key: string;
  readonly secret: string;
}

const formats: ReadonlyMap<string, (credentials: Credentials) => string> = new Map([
  ['env', ({ id, key, secret }) => `CLARION_APP_ID=${id}\nCLARION_APP_KEY=${key}\nCLARION_APP_SECRET=${secret}`],
  ['laravel', ({ id, key, secret }) => `REVERB_APP_ID=${id}\nREVERB_APP_KEY=${key}\nREVERB_APP_SECRET=${secret}`],
  ['json', (credentials) => JSON.stringify(credentials, null, 2)],
]);

/** `clarion keygen`: credentials for a new app. */
export const keygen: Command = {
  name: 'keygen',
  summary: 'Make the id, key and secret of a new app.',
  flags: { format: { value: 'FORMAT', description: `${[...formats.keys()].join(', ')}; env by default.` } },
  details: 'Nothing is stored. `laravel` prints the lines of a .env file, `json` an entry of `apps` in the configuration file.',
  async run(input, terminal) {
    const name = flagValue(input, 'format') ?? 'env';
    const format = formats.get(name);
    if (format === undefined) throw new UsageError(`There is no format ${name}: use ${[...formats.keys()].join(', ')}.`);
    // The id is a number, because some SDKs take no other in their connection URL.
    const credentials = {
      id: String(randomInt(100_000, 1_000_000_000)),
      key: randomBytes(10).toString('hex'),
      secret: randomBytes(32).toString('hex'),
    };
    print(terminal, format(credentials));
    return exitCodes.success;
  },
};
