import { readVersion } from '../version.ts';
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
