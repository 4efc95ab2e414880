import { accessSync, constants } from 'node:fs';
import { findAppFaults } from './app-faults.ts';
import { checkSettings } from './check.ts';
import { completeConfig } from './complete.ts';
import type { Config, PresetName } from './config.ts';
import { ConfigError, type Fault } from './fault.ts';
import { faultAt, type Path } from './fault-at.ts';
import { describeSettings } from './json-schema.ts';
import type { Layer } from './layer.ts';
import { type Merged, mergeLayers, sourceOf } from './merge.ts';
import { listOptions } from './option.ts';
import { presets, reverbPort } from './presets.ts';
import { describeReadError } from './read-error.ts';
import type { Settings } from './schema.ts';
import { readSources, type Sources } from './sources.ts';
import { hasValue, valueAt } from './tree.ts';
import type { Variables } from './variables.ts';
import { warnOfContradictions, warnOfPlanned } from './warnings.ts';

export interface LoadOptions extends Sources {
  /** Whether a person reads the output: the default of `log.pretty`. */
  readonly onTerminal?: boolean;
}

/** A configuration and how it came about. */
export interface LoadedConfig {
  readonly config: Config;
  /** The checked settings, defaults included. */
  readonly settings: Settings;
  /** Where the value at a path comes from: a file, a variable, a flag, a preset, or `default`. */
  readonly sourceOf: (path: Path) => string;
  /** What is allowed and hardly meant, each as a sentence. */
  readonly warnings: readonly string[];
  /** No app was configured. */
  readonly usesDevelopmentApp: boolean;
  /** The variables that were read from, secrets among them. */
  readonly variables: Variables;
}

/**
 * Reads the configuration: defaults < preset < file < environment < flags. Throws ConfigError with everything that is wrong. Neither that nor
 * the warnings repeat a value that could be secret.
 */
export function loadConfig(options: LoadOptions = {}): LoadedConfig {
  const known = new Map(listOptions(describeSettings()).map((option) => [option.path, option]));
  const { layers, variables, aliasPreset, warnings, faults: sourceFaults } = readSources(options, known);
  const preset = explicitPreset(layers) ?? aliasPreset;
  const merged = mergeLayers([...presetLayers(preset, aliasPreset), ...layers]);
  const inProduction = variables.get('NODE_ENV')?.text === 'production';
  const { settings, faults: settingFaults } = checkSettings(merged, known.values());
  const faults = [...sourceFaults, ...settingFaults, ...findAppFaults(merged, inProduction), ...findFileFaults(merged)];
  if (settings === undefined || faults.length > 0) throw new ConfigError(faults);
  const config = completeConfig(settings, { inProduction, onTerminal: options.onTerminal ?? false });
  return {
    config,
    settings,
    sourceOf: (path) => (hasValue(merged.tree, path) ? sourceOf(merged.sources, path) : undefined) ?? 'default',
    warnings: [...warnings, ...warnOfPlanned(merged.tree, known.values()), ...warnOfContradictions(config, variables)],
    usesDevelopmentApp: merged.usesDevelopmentApp,
    variables,
  };
}

function explicitPreset(layers: readonly Layer[]): PresetName | undefined {
  const name = layers.findLast(({ settings }) => Object.hasOwn(settings, 'preset'))?.settings.preset;
  return typeof name === 'string' && isPreset(name) ? name : undefined; // anything else is reported by the check
}

function isPreset(name: string): name is PresetName {
  return Object.hasOwn(presets, name);
}

/** What lies under the file: the numbers of the preset, and Reverb's port for those who have its variables. */
function presetLayers(preset: PresetName | undefined, aliasPreset: PresetName | undefined): readonly Layer[] {
  if (preset === undefined) return [];
  const numbers = { source: `preset ${preset}`, settings: presets[preset], app: {} };
  const name = { source: `variables of ${aliasPreset}`, settings: { preset: aliasPreset }, app: {} };
  const port = aliasPreset === 'reverb' ? [{ source: 'default beside REVERB_* variables', settings: { server: { port: reverbPort } }, app: {} }] : [];
  return [numbers, ...(preset === aliasPreset ? [name] : []), ...port];
}

const fileOptions = [
  ['server', 'tls', 'certFile'],
  ['server', 'tls', 'keyFile'],
] as const;

/** Files of which only the name is in the settings. */
function findFileFaults(merged: Merged): readonly Fault[] {
  return fileOptions.flatMap((path) => {
    const file = valueAt(merged.tree, path.join('.'));
    const message = typeof file === 'string' && file !== '' ? whyUnreadable(file) : undefined;
    return message === undefined ? [] : [faultAt(merged, path, message)];
  });
}

function whyUnreadable(file: string): string | undefined {
  try {
    accessSync(file, constants.R_OK);
    return undefined;
  } catch (error) {
    return `cannot be read: ${describeReadError(error)}`;
  }
}
