import { createCipheriv, randomBytes } from 'node:crypto';
import type { TestContext } from 'vitest';
import { ownServer } from './own-server.ts';
import type { TestServer } from './server.ts';
import { type Target, targetAt } from './target.ts';
import { signToken } from './token.ts';

export const tokenSecret = 'a secret that only the token issuer has';

/** An app whose users come with tokens. Everybody may join `private-news` and their own room, and speak in `private-news`. */
export const tokenApp = { id: 'tokens', key: 'tokens-key', secret: 'tokens-secret' };

const allowedOrigins = ['https://app.example', 'https://*.app.example'];
const policies = { subscribe: ['private-news', 'private-user.{sub}', 'presence-room'], publish: ['private-news'] };
const sources = ['header', 'cookie', 'protocol', 'query', 'ticket', 'message'];

/** The app as it is configured. It takes tokens from everywhere unless `jwt` says otherwise. */
export function tokenAppSettings(jwt: object = {}): object {
  return {
    ...tokenApp,
    allowedOrigins,
    allowMissingOrigin: true,
    jwt: { mode: 'required', secret: tokenSecret, sources, policies, userInfo: { name: 'name' }, ...jwt },
  };
}

/** A token of the user for ten minutes, unless the claims say otherwise. */
export function tokenOf(sub: string, claims: object = {}): string {
  return signToken(tokenSecret, { sub, name: `${sub} the user`, ...claims });
}

/** What a handshake carries the user's token with. */
export function bearer(sub: string, claims: object = {}): { readonly headers: { readonly authorization: string } } {
  return { headers: { authorization: `Bearer ${tokenOf(sub, claims)}` } };
}

/** The token as an encrypted cookie (RFC 7516: `dir`, A256GCM), independently of the server's own code. */
export function encrypted(token: string, key: Buffer): string {
  const header = Buffer.from('{"alg":"dir","enc":"A256GCM","cty":"JWT"}').toString('base64url');
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(header));
  const content = Buffer.concat([cipher.update(token), cipher.final()]);
  return `${header}..${[nonce, content, cipher.getAuthTag()].map((part) => part.toString('base64url')).join('.')}`;
}

/** Claims of a token that ends after so many seconds. */
export function endingIn(seconds: number): { readonly exp: number } {
  return { exp: Math.floor(Date.now() / 1000) + seconds };
}

/** Starts a server with that app for one test. */
export async function tokenServer(context: TestContext, jwt: object = {}, config: object = {}): Promise<{ server: TestServer; target: Target }> {
  const server = await ownServer(context, { apps: [tokenAppSettings(jwt)], ...config });
  return { server, target: targetAt(server.httpUrl, tokenApp) };
}
