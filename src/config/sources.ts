import { readFileSync } from 'node:fs';
import { readAliasVariables } from './alias-variables.ts';
import type { PresetName } from './config.ts';
import { readConfigFile, readSettings } from './config-file.ts';
import { type EnvFile, parseEnvFile } from './env-file.ts';
import { readText } from './env-value.ts';
import { combine, layerOf, type Reading } from './layer.ts';
import { configFileVariable, readNativeVariables } from './native-variables.ts';
import type { Option } from './option.ts';
import { describeReadError } from './read-error.ts';
import { type Environment, gatherVariables, type Variables } from './variables.ts';

/** An option given on the command line. */
export interface Flag {
  /** As it was written, such as `--port`. */
  readonly flag: string;
  readonly path: string;
  readonly text: string;
}

export interface Sources {
  /** A JSON file; by default the one that CLARION_CONFIG names, if any. */
  readonly file?: string;
  /** Settings as a file would hold them, for programs that embed the server; they win over a file. */
  readonly settings?: unknown;
  /** A `.env` file, whose variables count where the environment has none. */
  readonly envFile?: string;
  /** By default that of the process. */
  readonly environment?: Environment;
  readonly flags?: readonly Flag[];
}

export interface SourcesReading extends Reading {
  readonly variables: Variables;
  /** The server whose variables set something. */
  readonly aliasPreset?: PresetName;
}

/** Reads all sources: file < environment < flags. Faults are collected, never thrown. */
export function readSources(sources: Sources, options: ReadonlyMap<string, Option>): SourcesReading {
  const environment = sources.environment ?? process.env;
  const envFile = readEnvFile(sources.envFile, environment);
  const variables = gatherVariables(environment, envFile.variables, sources.envFile ?? '');
  const file = sources.file ?? variables.get(configFileVariable)?.text;
  const aliases = readAliasVariables({ options, variables });
  const reading = combine([
    envFile,
    ...(file === undefined ? [] : [readConfigFile(file)]),
    ...(sources.settings === undefined ? [] : [readSettings(sources.settings, 'settings of the program')]),
    aliases,
    readNativeVariables(options.values(), variables),
    readFlags(sources.flags ?? [], options),
  ]);
  return { ...reading, variables, ...(aliases.preset !== undefined && { aliasPreset: aliases.preset }) };
}

function readEnvFile(file: string | undefined, environment: Environment): Reading & Pick<EnvFile, 'variables'> {
  const nothing = { variables: new Map<string, string>(), layers: [], warnings: [], faults: [] };
  if (file === undefined) return nothing;
  try {
    const own = new Map(Object.entries(environment).flatMap(([name, text]) => (text === undefined || text === '' ? [] : [[name, text] as const])));
    const { variables, remarks } = parseEnvFile(readFileSync(file, 'utf8'), own);
    return { ...nothing, variables, warnings: remarks.map((remark) => `${file}, ${remark}.`) };
  } catch (error) {
    return { ...nothing, faults: [{ option: '', message: `the file ${file} cannot be read: ${describeReadError(error)}` }] };
  }
}

function readFlags(flags: readonly Flag[], options: ReadonlyMap<string, Option>): Reading {
  const readings = flags.map(({ flag, path, text }): Reading => {
    const reading = readText(options.get(path) ?? { kind: 'text', words: [], canBeUnlimited: false }, text);
    return 'fault' in reading
      ? { layers: [], warnings: [], faults: [{ option: flag, message: reading.fault }] }
      : { layers: [layerOf(flag, path, reading.value)], warnings: [], faults: [] };
  });
  return combine(readings);
}
