import { isUtf8 } from 'node:buffer';
import type { HttpRequest } from '../http/message.ts';
import type { RequestFault } from '../protocol/trigger.ts';

/** Two names and an id need no more. */
const maxBodyBytes = 16_384;

type Fields = ReadonlyMap<string, string>;
type Posted = Pick<HttpRequest, 'body'> & { readonly contentType: string };

/** By media type. Others are refused: a body must not mean one thing to us and another to a filter in front. */
const readers: ReadonlyMap<string, (text: string, names: readonly string[]) => Fields | RequestFault> = new Map([
  ['application/x-www-form-urlencoded', readForm],
  ['application/json', readJson],
]);

/**
 * Reads these fields of a body, as pusher-js posts them (a form) or as JSON; others are ignored, because clients can be told to send more. Each must
 * be there once.
 */
export function readFields({ body, contentType }: Posted, names: readonly string[]): Fields | RequestFault {
  if (body.length > maxBodyBytes) return { status: 413, error: `The body is larger than ${maxBodyBytes} bytes` };
  const read = readers.get((contentType.split(';', 1)[0] ?? '').trim().toLowerCase());
  if (read === undefined) return { status: 415, error: 'Content-Type must be application/x-www-form-urlencoded or application/json' };
  if (!isUtf8(body)) return invalid('The body is not valid UTF-8');
  const fields = read(body.toString(), names);
  if ('error' in fields) return fields;
  const missing = names.find((name) => !fields.has(name));
  return missing === undefined ? fields : invalid(`${missing} is missing`);
}

function readForm(text: string, names: readonly string[]): Fields | RequestFault {
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(text)) {
    if (!names.includes(name)) continue;
    if (fields.has(name)) return invalid(`${name} occurs twice`);
    fields.set(name, value);
  }
  return fields;
}

function readJson(text: string, names: readonly string[]): Fields | RequestFault {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return invalid('The body is not valid JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return invalid('The body must be a JSON object');
  const fields = new Map<string, string>();
  for (const [name, field] of Object.entries(value)) {
    if (!names.includes(name)) continue;
    if (typeof field !== 'string') return invalid(`${name} must be a string`);
    fields.set(name, field);
  }
  return fields;
}

function invalid(error: string): RequestFault {
  return { status: 400, error };
}
