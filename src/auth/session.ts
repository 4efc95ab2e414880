import { failure, type HttpResponse, ok } from '../http/message.ts';
import type { AuthCall, IdentifiedCall } from './auth-call.ts';
import { csrfCookieName, csrfTokenOf } from './csrf.ts';
import { provenCredentials } from './identify.ts';
import { makesSessions, sessionOf, setCookie } from './session-cookie.ts';

const notMadeHere = failure(404, 'This application makes its cookies itself: jwt.cookie.name does not start with __Host-');

/**
 * `POST /auth/KEY/session`: keeps a bearer token in a cookie that script cannot read, and hands out the CSRF token that goes with it. With a cookie
 * instead it hands out the CSRF token again, for a page that was loaded anew and lives on another host than this server.
 */
export function postSession(call: IdentifiedCall): HttpResponse {
  const { app, jwt, key, credentials, identity } = call;
  const { cookie } = jwt;
  const isNew = credentials.source === 'header';
  if (isNew && !makesSessions(jwt)) return notMadeHere;
  const session = isNew ? sessionOf(cookie, credentials.token) : credentials.token;
  if (session === undefined) return failure(413, 'The token is too long for a cookie');
  const now = call.engine.clock.now();
  const seconds = Math.max(1, Math.min(jwt.sessionSeconds, Math.floor((identity.expiresAt - now) / 1000)));
  const csrfToken = csrfTokenOf(app, key, session);
  const cookies = [setCookie(csrfCookieName(cookie.name), csrfToken, seconds, { isReadable: true })];
  if (isNew) cookies.unshift(setCookie(cookie.name, session, seconds, { isReadable: false }));
  return { ...ok(JSON.stringify({ csrf_token: csrfToken, expires_at: Math.floor(now / 1000) + seconds })), cookies };
}

/** `DELETE /auth/KEY/session`: the browser forgets both cookies. A token that has ended meanwhile is no reason to keep them. */
export function deleteSession(call: AuthCall): HttpResponse {
  const { cookie } = call.jwt;
  if (!makesSessions(call.jwt)) return notMadeHere;
  const credentials = provenCredentials(call);
  if ('status' in credentials) return credentials;
  return {
    ...ok('{}'),
    cookies: [setCookie(cookie.name, '', 0, { isReadable: false }), setCookie(csrfCookieName(cookie.name), '', 0, { isReadable: true })],
  };
}
