import { readFileSync } from 'node:fs';
import type { Command } from './command.ts';
import { exitCodes } from './exit-code.ts';
import { print } from './terminal.ts';

/** `clarion version`. */
export const version: Command = {
  name: 'version',
  summary: 'Print the version.',
  flags: {},
  async run(_input, terminal) {
    print(terminal, `clarion ${readVersion()} (Node ${process.versions.node}, ${process.platform} ${process.arch})`);
    return exitCodes.success;
  },
};

/** The version in package.json, which lies above both src/ and dist/. */
export function readVersion(): string {
  const { version: found } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
  return found;
}
