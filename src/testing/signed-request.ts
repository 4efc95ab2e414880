import type { HttpRequest } from '../http/message.ts';
import { md5Hex, signRequest } from '../protocol/signature.ts';

export interface RequestOptions {
  readonly method?: 'GET' | 'POST';
  /** Text as it is; anything else becomes JSON. */
  readonly body?: unknown;
  /** Own parameters, signed as they are and sent encoded. */
  readonly parameters?: Readonly<Record<string, string>>;
  readonly headers?: { readonly idempotencyKey?: string };
  readonly key?: string;
  readonly secret?: string;
  /** Seconds; by default the time at which a FakeClock starts. */
  readonly timestamp?: number | string;
  /** What was signed when it is not `path`. */
  readonly signedPath?: string;
}

/** A request as a server SDK makes it. Default: a GET, signed with the key of `testApp`. */
export function signedRequest(path: string, options: RequestOptions = {}): HttpRequest {
  const { body, parameters = {}, key = 'key', secret = 'secret', timestamp = 1_700_000_000, signedPath = path, headers } = options;
  const method = options.method ?? (body === undefined ? 'GET' : 'POST');
  const bytes = Buffer.from(body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body));
  const signed = Object.entries({
    ...parameters,
    auth_key: key,
    auth_timestamp: String(timestamp),
    auth_version: '1.0',
    ...(bytes.length === 0 ? {} : { body_md5: md5Hex(bytes) }),
  }).sort(([one], [other]) => (one < other ? -1 : 1));
  const signature = signRequest(secret, method, signedPath, signed.map(([name, value]) => `${name}=${value}`).join('&'));
  const query = [...signed, ['auth_signature', signature] as const].map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
  return { method, path, query, idempotencyKey: headers?.idempotencyKey ?? '', body: bytes };
}
