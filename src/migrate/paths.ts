import { type AliasFamily, aliasFamilies } from '../config/alias-families.ts';
import type { PresetName } from '../config/config.ts';
import { laravelWebsocketsApp, laravelWebsocketsPaths } from './laravel-websockets-paths.ts';
import { reverbApp, reverbPaths } from './reverb-paths.ts';
import { soketiApp, soketiPaths } from './soketi-paths.ts';
import type { PathTable } from './source.ts';

/** How a configuration as JSON is read. */
export interface Shape {
  readonly family: AliasFamily;
  readonly paths: PathTable;
  /** Where the list of apps is, and what its entries hold. */
  readonly appsAt: string;
  readonly app: PathTable;
  /** Paths that together are in every such configuration, and in no other. */
  readonly signs: readonly string[];
}

/** The most particular first: Soketi's file may hold any part of its options. */
export const shapes: readonly Shape[] = [
  shape('reverb', reverbPaths, 'apps.apps', reverbApp, ['servers', 'apps.apps']),
  shape('pusher', laravelWebsocketsPaths, 'apps', laravelWebsocketsApp, ['apps', 'max_request_size_in_kb']),
  shape('soketi', soketiPaths, 'appManager.array.apps', soketiApp, []),
];

function shape(preset: PresetName, paths: PathTable, appsAt: string, app: PathTable, signs: readonly string[]): Shape {
  const family = aliasFamilies.find((candidate) => candidate.preset === preset);
  if (family === undefined) throw new Error(`There are no variables of ${preset}`);
  return { family, paths, appsAt, app, signs };
}
