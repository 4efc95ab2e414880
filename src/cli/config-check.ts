import type { Command } from './command.ts';
import { configFlags, loadFrom, optionFlags } from './config-flags.ts';
import { exitCodes } from './exit-code.ts';
import { print } from './terminal.ts';

/** `clarion config check`: says whether a server would start with this configuration, and what would be odd about it. */
export const configCheck: Command = {
  name: 'config check',
  summary: 'Check the configuration: all faults at once, and variables that are not understood.',
  flags: { ...configFlags, ...optionFlags },
  async run(input, terminal) {
    const { config, warnings, usesDevelopmentApp } = loadFrom(input, terminal);
    for (const warning of warnings) print(terminal, `warning: ${warning}`);
    const apps = usesDevelopmentApp ? 'the development app' : `${config.apps.length} app${config.apps.length === 1 ? '' : 's'}`;
    print(terminal, `The configuration is valid: ${apps}, port ${config.server.port}, preset ${config.preset ?? 'none'}.`);
    return exitCodes.success;
  },
};
