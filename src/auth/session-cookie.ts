import { createCipheriv, randomBytes } from 'node:crypto';
import type { JwtSettings } from '../core/jwt-settings.ts';

type CookieSettings = JwtSettings['cookie'];

/** Browsers drop a cookie whose name and value are longer together. */
const maxCookieBytes = 4096;
const nonceBytes = 12;
/** RFC 7516: the key is the one that both sides have, and what is inside is a token. */
const header = Buffer.from('{"alg":"dir","enc":"A256GCM","cty":"JWT"}').toString('base64url');

/** Whether the app lets browsers show a token as a cookie. */
export function takesCookies({ sources }: Pick<JwtSettings, 'sources'>): boolean {
  return sources.includes('cookie');
}

/** Whether sessions can be made here: only a name with this prefix keeps neighbouring domains and plain HTTP away from the cookie. */
export function makesSessions({ cookie }: Pick<JwtSettings, 'cookie'>): boolean {
  return cookie.name.startsWith('__Host-');
}

/**
 * What the session cookie holds: the token; encrypted (RFC 7516, `dir`, A256GCM) where the app's cookies are. `undefined` when it is too long for a
 * cookie.
 */
export function sessionOf({ name, encryptionKey }: CookieSettings, token: string): string | undefined {
  const isPlain = token.split('.').length === 3;
  const value = isPlain && encryptionKey !== undefined ? encrypt(token, Buffer.from(encryptionKey, 'base64')) : token;
  return name.length + value.length > maxCookieBytes ? undefined : value;
}

/** A `Set-Cookie` header. `__Host-` demands all of it but the last two. A life of 0 seconds removes the cookie. */
export function setCookie(name: string, value: string, seconds: number, { isReadable }: { readonly isReadable: boolean }): string {
  return `${name}=${value}; Path=/; Max-Age=${seconds}; Secure; SameSite=Strict${isReadable ? '' : '; HttpOnly'}`;
}

function encrypt(token: string, key: Buffer): string {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(header));
  const sealed = Buffer.concat([cipher.update(token, 'utf8'), cipher.final()]);
  return [header, '', ...[nonce, sealed, cipher.getAuthTag()].map((part) => part.toString('base64url'))].join('.');
}
