import { readFileSync } from 'node:fs';
import type { Reading } from './layer.ts';
import { describeReadError } from './read-error.ts';
import { isTree } from './tree.ts';

/** Reads a configuration file. The faults never repeat its content, which holds secrets. */
export function readConfigFile(file: string): Reading {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    return refuse(`the file ${file} cannot be read: ${describeReadError(error)}`);
  }
  let settings: unknown;
  try {
    settings = JSON.parse(text);
  } catch (error) {
    return refuse(`the file ${file} is not valid JSON${whereIn(text, error)}`);
  }
  return readSettings(settings, `file ${file}`);
}

/** Takes settings as a file would hold them. */
export function readSettings(settings: unknown, source: string): Reading {
  return isTree(settings)
    ? { layers: [{ source, settings, app: {} }], warnings: [], faults: [] }
    : refuse(`the configuration must be an object (${source})`);
}

function refuse(message: string): Reading {
  return { layers: [], warnings: [], faults: [{ option: '', message }] };
}

/** The engine's message quotes the text around the fault: only the position and the unexpected character are taken from it. */
function whereIn(text: string, error: unknown): string {
  const message = error instanceof Error ? error.message : '';
  const position = / at position (\d+)/.exec(message)?.[1];
  if (position !== undefined) return `: see line ${text.slice(0, Number(position)).split('\n').length}`;
  const reason = /^Unexpected (token '.'|end of JSON input)/.exec(message)?.[0];
  return reason === undefined ? '' : `: ${reason}`;
}
