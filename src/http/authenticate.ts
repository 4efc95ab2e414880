import { type App, usableKey } from '../core/app.ts';
import type { Hmac } from '../protocol/hmac.ts';
import { md5Hex, requestText } from '../protocol/signature.ts';
import type { RequestFault } from '../protocol/trigger.ts';
import type { HttpRequest } from './message.ts';
import type { Query } from './query.ts';

const windowSeconds = 600;
const shownCharacters = 1000;

export interface SignedRequest extends Pick<HttpRequest, 'method' | 'body'> {
  /** The forms of the path that an SDK may have signed: raw, decoded, with and without the server's prefix. */
  readonly paths: readonly string[];
  readonly query: Query;
}

/**
 * Checks that a request was signed with a key of the app (protocol clause 5.1). Returns the fault, or `undefined`. There is no replay cache:
 * the protocol's retries repeat the same request.
 */
export function authenticate(app: App, request: SignedRequest, nowMilliseconds: number, hmac: Hmac): RequestFault | undefined {
  const { query, body } = request;
  const given = (name: string) => query.parameters.get(name) ?? '';
  if (query.hasRepeats) return unauthorized('A query parameter occurs twice');
  const key = usableKey(app, given('auth_key'));
  if (key === undefined) return unauthorized(`Unknown auth_key ${JSON.stringify(given('auth_key').slice(0, 64))} for this application`);
  if (given('auth_version') !== '1.0') return unauthorized('auth_version must be 1.0');
  const late = checkTimestamp(given('auth_timestamp'), nowMilliseconds);
  if (late !== undefined) return late;
  // No secret: the signature covers it.
  if ((body.length > 0 || given('body_md5') !== '') && md5Hex(body) !== given('body_md5')) {
    return unauthorized('body_md5 is not the MD5 of the body');
  }
  return checkSignature(request, (text, signature) => hmac.verify(key.secret, text, signature), given('auth_signature'));
}

function checkTimestamp(timestamp: string, nowMilliseconds: number): RequestFault | undefined {
  if (!/^\d{1,12}$/.test(timestamp)) return unauthorized('auth_timestamp must be the seconds since 1970');
  const seconds = Number(timestamp);
  if (Math.abs(nowMilliseconds / 1000 - seconds) <= windowSeconds) return undefined;
  const [given, now] = [isoTime(seconds * 1000), isoTime(nowMilliseconds)];
  return unauthorized(`Timestamp expired: Given timestamp (${given}) not within ${windowSeconds}s of server time (${now})`);
}

type Verify = (text: string, signature: string) => boolean;

function checkSignature({ method, paths, query }: SignedRequest, verify: Verify, given: string): RequestFault | undefined {
  for (const path of paths) {
    for (const canonical of query.canonical) if (verify(requestText(method, path, canonical), given)) return undefined;
  }
  const signed = JSON.stringify(requestText(method, paths[0] ?? '', query.canonical[0] ?? '').slice(0, shownCharacters));
  const sent = JSON.stringify(given.slice(0, shownCharacters));
  return unauthorized(`Invalid signature: you should have sent HmacSHA256Hex(${signed}, your_secret_key), but you sent ${sent}`);
}

function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('.000Z', 'Z');
}

function unauthorized(error: string): RequestFault {
  return { status: 401, error };
}
