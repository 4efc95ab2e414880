import type { Fault } from './fault.ts';
import { type Tree, treeOf } from './tree.ts';

/** What one source sets: a file, a variable, a flag. */
export interface Layer {
  /** For people: where the values come from. */
  readonly source: string;
  readonly settings: Tree;
  /** Values of the one app that variables can describe. */
  readonly app: Tree;
}

/** What some sources come to: layers in rising precedence, and sentences about them. */
export interface Reading {
  readonly layers: readonly Layer[];
  readonly warnings: readonly string[];
  readonly faults: readonly Fault[];
}

/** Several readings as one, the last one on top. */
export function combine(readings: readonly Reading[]): Reading {
  return {
    layers: readings.flatMap(({ layers }) => layers),
    warnings: readings.flatMap(({ warnings }) => warnings),
    faults: readings.flatMap(({ faults }) => faults),
  };
}

const appPrefix = 'apps[].';

/** A layer with one value. A path under `apps[]` means the app of the environment. */
export function layerOf(source: string, path: string, value: unknown): Layer {
  return path.startsWith(appPrefix)
    ? { source, settings: {}, app: treeOf(path.slice(appPrefix.length), value) }
    : { source, settings: treeOf(path, value), app: {} };
}
