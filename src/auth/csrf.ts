import { createHmac } from 'node:crypto';
import type { App, AppKey } from '../core/app.ts';
import { readCookie } from '../protocol/cookie.ts';
import { matches } from '../protocol/signature.ts';

const hostPrefix = '__Host-';

/** The cookie that script may read, beside the one with the session. Its prefix keeps neighbouring domains from setting it. */
export function csrfCookieName(sessionCookie: string): string {
  return sessionCookie.startsWith(hostPrefix) ? `${sessionCookie}-csrf` : `${hostPrefix}${sessionCookie}-csrf`;
}

/** What proves that a request was made by a page that may read our answers. It belongs to one session: another one's is worth nothing. */
export function csrfTokenOf({ id }: Pick<App, 'id'>, { secret }: Pick<AppKey, 'secret'>, session: string): string {
  return createHmac('sha256', secret).update(`clarion csrf 1 ${id}\n`).update(session).digest('base64url');
}

/** Whether header and cookie both carry the token of this session, made with any key that is still accepted. */
export function provesCsrf(app: Pick<App, 'id' | 'keys'>, session: { readonly name: string; readonly value: string }, sent: CsrfProof): boolean {
  if (sent.csrfToken === '' || !matches(readCookie(sent.cookie, csrfCookieName(session.name)) ?? '', sent.csrfToken)) return false;
  return app.keys.some((key) => key.status !== 'revoked' && matches(csrfTokenOf(app, key, session.value), sent.csrfToken));
}

interface CsrfProof {
  /** The `Cookie` header. */
  readonly cookie: string;
  /** The `X-CSRF-Token` header. */
  readonly csrfToken: string;
}
