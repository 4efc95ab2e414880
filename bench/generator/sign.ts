import { createHash, createHmac } from 'node:crypto';

/** An app as its clients and publishers know it. */
export interface Credentials {
  readonly appId: string;
  readonly key: string;
  readonly secret: string;
}

/** The `auth` of a subscription (protocol clause 3.1). */
export function signSubscription({ key, secret }: Credentials, socketId: string, channel: string, channelData?: string): string {
  const text = channelData === undefined ? `${socketId}:${channel}` : `${socketId}:${channel}:${channelData}`;
  return `${key}:${hmac(secret, text)}`;
}

/** The path and query of a signed POST (protocol clause 5.1). Valid for ten minutes. */
export function signPost({ key, secret }: Credentials, path: string, body: string): string {
  const timestamp = Math.floor(Date.now() / 1000);
  const md5 = createHash('md5').update(body).digest('hex');
  const query = `auth_key=${key}&auth_timestamp=${timestamp}&auth_version=1.0&body_md5=${md5}`;
  return `${path}?${query}&auth_signature=${hmac(secret, `POST\n${path}\n${query}`)}`;
}

function hmac(secret: string, text: string): string {
  return createHmac('sha256', secret).update(text).digest('hex');
}
