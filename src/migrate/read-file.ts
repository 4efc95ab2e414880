import { readFileSync } from 'node:fs';
import { ConfigError } from '../config/fault.ts';
import { describeReadError } from '../config/read-error.ts';
import { isTree } from '../config/tree.ts';
import { readEnv } from './read-env.ts';
import { readJson } from './read-json.ts';
import type { FamilyName, Source } from './source.ts';

const maxBytes = 10_485_760;

const phpAdvice =
  'is PHP, which only PHP can read: give the .env file, or what `php artisan tinker --execute="echo json_encode(config(\'reverb\'));"` prints ' +
  "(`config('websockets')` for laravel-websockets)";

/** Reads the configuration of another server: JSON, or a `.env` file; `-` is standard input. Throws ConfigError, without a word of its content. */
export function readFile(file: string, wanted: FamilyName | undefined): Source {
  const text = readText(file);
  const source = /^\s*[[{"]/.test(text) ? readJson(parse(file, text), wanted) : readEnv(text, wanted);
  return source ?? refuse(file, `has nothing of ${wanted ?? 'Soketi, Reverb, laravel-websockets or Pusher'}`);
}

function readText(file: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file === '-' ? 0 : file);
  } catch (error) {
    return refuse(file, `cannot be read: ${describeReadError(error)}`);
  }
  if (bytes.length > maxBytes) return refuse(file, `has more than ${maxBytes} bytes`);
  const text = bytes.toString().replace(/^\uFEFF/, '');
  return /^\s*<\?php/i.test(text) ? refuse(file, phpAdvice) : text;
}

function parse(file: string, text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refuse(file, 'is not valid JSON');
  }
  return isTree(value) ? value : refuse(file, 'must hold an object');
}

function refuse(file: string, message: string): never {
  throw new ConfigError([{ option: '', message: `${file === '-' ? 'standard input' : `the file ${file}`} ${message}` }]);
}
