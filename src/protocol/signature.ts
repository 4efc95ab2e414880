import { createHmac, hash, timingSafeEqual } from 'node:crypto';

/** HMAC-SHA256 as lower-case hex: the only signature the protocol knows. */
export function hmacHex(secret: string, payload: string | Uint8Array): string {
  return createHmac('sha256', secret).update(payload).digest('hex');
}

/** MD5 as lower-case hex, for `body_md5` (clause 5.1). */
export function md5Hex(payload: string | Uint8Array): string {
  return hash('md5', payload, 'hex');
}

/** Compares in a time that does not depend on the content. A wrong length is no secret. */
export function matches(expected: string, given: string): boolean {
  const expectedBytes = Buffer.from(expected);
  const givenBytes = Buffer.from(given);
  return expectedBytes.length === givenBytes.length && timingSafeEqual(expectedBytes, givenBytes);
}

/** What authorises a subscription (clause 3.1). A `channelData` of `''` still adds its colon. */
export function signChannel(secret: string, socketId: string, channel: string, channelData?: string): string {
  return hmacHex(secret, channelText(socketId, channel, channelData));
}

/** The text that a subscription's signature covers. */
export function channelText(socketId: string, channel: string, channelData?: string): string {
  return channelData === undefined ? `${socketId}:${channel}` : `${socketId}:${channel}:${channelData}`;
}

/** What authorises a sign-in (clause 4). */
export function signUser(secret: string, socketId: string, userData: string): string {
  return hmacHex(secret, userText(socketId, userData));
}

/** The text that a sign-in's signature covers. */
export function userText(socketId: string, userData: string): string {
  return `${socketId}::user::${userData}`;
}

/** What authorises an HTTP request (clause 5.1). */
export function signRequest(secret: string, method: string, path: string, query: string): string {
  return hmacHex(secret, requestText(method, path, query));
}

/** The text that a request's signature covers. `query` is sorted and without `auth_signature`. */
export function requestText(method: string, path: string, query: string): string {
  return `${method}\n${path}\n${query}`;
}

/** The halves of `KEY:SIGNATURE`; `undefined` when there is no colon. */
export function splitAuth(auth: string): { readonly key: string; readonly signature: string } | undefined {
  const colon = auth.indexOf(':');
  return colon < 0 ? undefined : { key: auth.slice(0, colon), signature: auth.slice(colon + 1) };
}
