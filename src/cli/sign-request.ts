import { md5Hex, signRequest } from '../protocol/signature.ts';

/** An app of a server, as a publisher sees it. */
export interface Target {
  /** Of the server: scheme, host, port, and the path in front of `/app` and `/apps`, without a slash at its end. */
  readonly url: string;
  readonly appId: string;
  readonly key: string;
  readonly secret: string;
}

/** The URL of a signed POST to the app's HTTP API (protocol clause 5.1); `path` is `/events` or the like. It expires 600 s after `now`. */
export function signedPostUrl({ url, appId, key, secret }: Target, path: string, body: string, now: number): string {
  const signedPath = `/apps/${appId}${path}`; // SDKs leave out what a proxy puts in front
  const rest = `auth_timestamp=${Math.floor(now / 1000)}&auth_version=1.0&body_md5=${md5Hex(body)}`;
  const signature = signRequest(secret, 'POST', signedPath, `auth_key=${key}&${rest}`); // values are signed as they are before escaping
  return `${url}${signedPath}?auth_key=${encodeURIComponent(key)}&${rest}&auth_signature=${signature}`;
}

/** The URL of a signed GET, with these parameters, whose names are in lower case. It expires 600 s after `now`. */
export function signedGetUrl({ url, appId, key, secret }: Target, path: string, parameters: ReadonlyMap<string, string>, now: number): string {
  const signedPath = `/apps/${appId}${path}`;
  const all = [...parameters, ['auth_key', key], ['auth_timestamp', String(Math.floor(now / 1000))], ['auth_version', '1.0']] as const;
  const sorted = [...all].sort(([one], [other]) => (one < other ? -1 : 1));
  const write = (encode: (text: string) => string) => sorted.map(([name, value]) => `${name}=${encode(value)}`).join('&');
  const signature = signRequest(secret, 'GET', signedPath, write(String));
  return `${url}${signedPath}?${write(encodeURIComponent)}&auth_signature=${signature}`;
}
