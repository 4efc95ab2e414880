import type { Path } from '../config/fault-at.ts';
import { formatPath } from '../config/fault-at.ts';
import { describeSettings } from '../config/json-schema.ts';
import type { LoadedConfig } from '../config/load.ts';
import { listOptions } from '../config/option.ts';
import { redactSettings } from '../config/redact.ts';
import type { Command } from './command.ts';
import { configFlags, loadFrom, optionFlags } from './config-flags.ts';
import { exitCodes } from './exit-code.ts';
import { print } from './terminal.ts';

/** `clarion config print`: what is in force, without secrets. */
export const configPrint: Command = {
  name: 'config print',
  summary: 'Print the configuration that is in force, without secrets.',
  flags: { ...configFlags, ...optionFlags, sources: { description: 'One line per value, with its origin, instead of JSON.' } },
  async run(input, terminal) {
    const loaded = loadFrom(input, terminal);
    const shown = redactSettings(inForce(loaded), listOptions(describeSettings()));
    print(terminal, input.flags.has('sources') ? withSources(shown, loaded) : JSON.stringify(shown, null, 2));
    return exitCodes.success;
  },
};

/** The settings, with those whose default depends on where the process runs. */
function inForce({ settings, config }: LoadedConfig): object {
  return {
    ...settings,
    webhooks: { ...settings.webhooks, allowHttp: config.webhooks.allowHttp },
    log: { ...settings.log, pretty: config.log.pretty },
  };
}

function withSources(shown: unknown, { sourceOf }: LoadedConfig): string {
  const rows = leaves(shown, []).map(({ path, value }) => [`${formatPath(path)} = ${JSON.stringify(value)}`, sourceOf(path)] as const);
  const width = Math.min(60, Math.max(...rows.map(([left]) => left.length)));
  return rows.map(([left, source]) => `${left.padEnd(width)}  ${source}`).join('\n');
}

interface Leaf {
  readonly path: Path;
  readonly value: unknown;
}

function leaves(value: unknown, path: Path): readonly Leaf[] {
  if (Array.isArray(value) && value.some((element) => typeof element === 'object')) {
    return value.flatMap((element, index) => leaves(element, [...path, index]));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value) || Object.keys(value).length === 0) return [{ path, value }];
  return Object.entries(value).flatMap(([name, inner]) => leaves(inner, [...path, name]));
}
