import { isAscii, isUtf8 } from 'node:buffer';
import type { RequestFault } from '../protocol/trigger.ts';
import { type ApiCall, ownParameters } from './api-call.ts';

/** A body that was read, so that it cannot be mistaken for a fault. */
export interface ParsedBody {
  readonly value: unknown;
}

/** Reads a JSON body. Without one the query's parameters take its place, as old clients send them (protocol clause 5.2). */
export function parseBody({ request: { body }, query }: Pick<ApiCall, 'request' | 'query'>): ParsedBody | RequestFault {
  if (body.length === 0) return { value: fromQuery(ownParameters(query)) };
  const isPlain = isAscii(body); // nearly always, and then it is read in less time
  if (!isPlain && !isUtf8(body)) return { status: 400, error: 'The body is not valid UTF-8' };
  try {
    return { value: JSON.parse(body.toString(isPlain ? 'latin1' : 'utf8')) };
  } catch {
    return { status: 400, error: 'The body is not valid JSON' };
  }
}

function fromQuery(parameters: readonly (readonly [string, string])[]): object {
  return Object.fromEntries(parameters.map(([name, value]) => [name, name === 'channels' ? value.split(',') : value]));
}
