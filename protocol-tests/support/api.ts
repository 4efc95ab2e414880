import { signedQuery } from './signature.ts';
import type { Target } from './target.ts';

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
  /** The parsed body; `undefined` when it is not JSON. */
  readonly json: unknown;
}

export interface ApiEvent {
  readonly name: string;
  readonly data: unknown;
  readonly channel?: string;
  readonly channels?: readonly string[];
  readonly socket_id?: string;
  readonly info?: string;
}

/** Sends a signed request to the HTTP API. `path` follows `/apps/ID`, and begins with a slash. */
export async function api(
  target: Target,
  method: string,
  path: string,
  body?: unknown,
  query: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const url = new URL(`${target.httpUrl}/apps/${target.id}${path}`);
  const text = body === undefined ? '' : JSON.stringify(body);
  url.search = signedQuery(target, { method, path: url.pathname, query, body: text }).toString();
  return answer(await fetch(url, { method, ...(text === '' ? {} : { body: text, headers: { 'content-type': 'application/json' } }) }));
}

/** Publishes an event and throws unless the server accepts it. */
export async function trigger(target: Target, event: ApiEvent): Promise<void> {
  const { status, text } = await api(target, 'POST', '/events', event);
  if (status !== 200) throw new Error(`The trigger was answered with ${status}: ${text}`);
}

/** Reads a response to its end. */
export async function answer(response: Response): Promise<Answer> {
  const text = await response.text();
  return { status: response.status, text, headers: response.headers, json: parse(text) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
