import { createHash, createHmac } from 'node:crypto';
import type { Credentials } from './target.ts';

// Written from the documents and not from the server's own code, so that both cannot be wrong together.

/** Hexadecimal HMAC-SHA256 in lower case. */
export function hmac(secret: string, text: string): string {
  return createHmac('sha256', secret).update(text).digest('hex');
}

/** The `auth` of a subscription (clause 3.1). `channelData` is signed when it is given, even when it is empty. */
export function channelAuth(app: Credentials, socketId: string, channel: string, channelData?: string): string {
  const parts = channelData === undefined ? [socketId, channel] : [socketId, channel, channelData];
  return `${app.key}:${hmac(app.secret, parts.join(':'))}`;
}

/** The `auth` of a signin (clause 4). */
export function userAuth(app: Credentials, socketId: string, userData: string): string {
  return `${app.key}:${hmac(app.secret, `${socketId}::user::${userData}`)}`;
}

export interface SignedRequest {
  readonly method: string;
  /** As it is sent, prefix included. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Replaces or removes (`undefined`) parameters before they are signed. */
  readonly override?: Readonly<Record<string, string | undefined>>;
}

/** The complete query of an HTTP API request, signature included (clause 5.1). */
export function signedQuery(app: Credentials, { method, path, query = {}, body = '', override = {} }: SignedRequest): URLSearchParams {
  const parameters: Record<string, string | undefined> = {
    auth_key: app.key,
    auth_timestamp: String(Math.floor(Date.now() / 1000)),
    auth_version: '1.0',
    ...(body.length > 0 ? { body_md5: createHash('md5').update(body).digest('hex') } : {}),
    ...query,
    ...override,
  };
  const given = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const sorted = given.map(([name, value]) => `${name.toLowerCase()}=${value}`).sort();
  return new URLSearchParams([...given, ['auth_signature', hmac(app.secret, [method, path, sorted.join('&')].join('\n'))]]);
}
