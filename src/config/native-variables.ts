import { readFileSync } from 'node:fs';
import { readText } from './env-value.ts';
import type { Fault } from './fault.ts';
import { type Layer, layerOf, type Reading } from './layer.ts';
import { suggestion } from './nearest.ts';
import type { Option } from './option.ts';
import { describeReadError } from './read-error.ts';
import type { Variable, Variables } from './variables.ts';

const prefix = 'CLARION_';

/** Names the configuration file; not an option of the file itself. */
export const configFileVariable = 'CLARION_CONFIG';

/**
 * Our own variable for an option: `server.port` is CLARION_SERVER_PORT, `apps[].key` is CLARION_APP_KEY. `undefined` for what only makes sense
 * inside the file.
 */
export function nativeName(path: string): string | undefined {
  const name = path.replace(/^apps\[\]\./, 'app.');
  if (name.includes('[]') || name.startsWith('$')) return undefined;
  return (
    prefix +
    name
      .replace(/\./g, '_')
      .replace(/([a-z])([A-Z])/g, '$1_$2')
      .toUpperCase()
  );
}

/** Lists that hold secrets, and a key, which comes as a file. */
const fileOptions: ReadonlySet<string> = new Set(['apps', 'apps[].keys', 'apps[].jwt.pem']);

/** Whether the option's value may also be given as the name of a file that holds it: secrets, and the like. */
export function acceptsFile(option: Option): boolean {
  return option.isSecret || fileOptions.has(option.path);
}

/** Reads CLARION_*; unknown ones are only warned about, because Kubernetes adds variables that look like ours. */
export function readNativeVariables(options: Iterable<Option>, variables: Variables): Reading {
  const layers: Layer[] = [];
  const faults: Fault[] = [];
  const known = new Set([configFileVariable]);
  for (const option of options) {
    const name = nativeName(option.path);
    if (name === undefined) continue;
    known.add(name);
    if (acceptsFile(option)) known.add(`${name}_FILE`);
    const found = findText(option, name, variables);
    if (found === undefined) continue;
    const reading = 'fault' in found ? found : readText(option, found.text);
    if ('fault' in reading) faults.push({ option: option.path, message: reading.fault, source: found.source });
    else layers.push(layerOf(found.source, option.path, reading.value));
  }
  const warnings = [...variables.keys()]
    .filter((name) => name.startsWith(prefix) && !known.has(name))
    .map((name) => `${name} is not a variable of Clarion and is ignored.${suggestion(name, known)}`);
  return { layers, warnings, faults };
}

function findText(option: Option, name: string, variables: Variables): Variable | { readonly fault: string; readonly source: string } | undefined {
  const variable = variables.get(name);
  const file = acceptsFile(option) ? variables.get(`${name}_FILE`) : undefined;
  if (file === undefined) return variable;
  if (variable !== undefined) return { fault: `is set twice: by ${name} and by ${name}_FILE`, source: file.source };
  try {
    return { text: readFileSync(file.text, 'utf8').replace(/\r?\n$/, ''), source: file.source };
  } catch (error) {
    return { fault: `cannot be read: ${describeReadError(error)}`, source: file.source };
  }
}
