import { authenticateToken } from '../core/authenticate-token.ts';
import { isFault, type TokenFault } from '../core/identity.ts';
import { allowsCredentials } from '../core/origin.ts';
import { failure, type HttpResponse } from '../http/message.ts';
import { readCookie } from '../protocol/cookie.ts';
import type { AuthCall, AuthEndpoint, Credentials, IdentifiedCall } from './auth-call.ts';
import { provesCsrf } from './csrf.ts';
import { overRate } from './rate.ts';
import { takesCookies } from './session-cookie.ts';

const keysRetrySeconds = '5';
/** RFC 6750: none of these characters means anything in a cookie or a URL. */
const bearerShape = /^bearer +([A-Za-z0-9._~+/-]+=*)$/i;

/** An endpoint for those whose token is accepted. */
export function identified(endpoint: (call: IdentifiedCall) => HttpResponse): AuthEndpoint {
  return (call) => identifyBy(call, provenCredentials(call), endpoint);
}

/** The same for the one endpoint that hands out the proof that cookies need. It changes nothing, and only allowed origins can read it. */
export function identifiedWithoutProof(endpoint: (call: IdentifiedCall) => HttpResponse): AuthEndpoint {
  return (call) => identifyBy(call, credentialsOf(call), endpoint);
}

/** What the caller shows, and for a cookie the proof that the page itself sent it. Otherwise the refusal. */
export function provenCredentials(call: AuthCall): Credentials | HttpResponse {
  const credentials = credentialsOf(call);
  if ('status' in credentials || credentials.source === 'header') return credentials;
  const session = { name: call.jwt.cookie.name, value: credentials.token };
  return provesCsrf(call.app, session, call.caller) ? credentials : failure(403, 'X-CSRF-Token is missing, or not the one of this session');
}

/** A header wins over a cookie: it cannot have been sent by somebody else's page. */
function credentialsOf({ app, jwt, caller }: AuthCall): Credentials | HttpResponse {
  if (caller.authorization !== '') {
    const token = bearerShape.exec(caller.authorization)?.[1];
    return token === undefined ? unauthorized('Authorization must be: Bearer, a space, and the token') : { token, source: 'header' };
  }
  const token = takesCookies(jwt) ? readCookie(caller.cookie, jwt.cookie.name) : undefined;
  if (token === undefined) return unauthorized('A token is missing');
  if (!allowsCredentials(app.allowedOrigins, caller.origin || undefined)) return failure(403, 'Cookies are taken from listed origins only');
  return { token, source: 'cookie' };
}

async function identifyBy(
  call: AuthCall,
  credentials: Credentials | HttpResponse,
  endpoint: (call: IdentifiedCall) => HttpResponse,
): Promise<HttpResponse> {
  if ('status' in credentials) return credentials;
  const { engine, app } = call;
  const identity = await authenticateToken(engine, app, credentials.token);
  if (isFault(identity)) {
    engine.events.emit({ type: 'token_refused', appId: app.id, reason: identity.reason });
    return refuse(identity);
  }
  const key = `${app.id}/auth/${identity.user.member.userId}`;
  const limited = overRate(engine, 'userAuthRequests', key, app.limits.authRequestsPerSecondPerUser);
  return limited ?? endpoint({ ...call, credentials, identity });
}

/** Keys that cannot be had say nothing of the token: the client may ask again. */
function refuse({ reason, message }: TokenFault): HttpResponse {
  return reason === 'keys-unavailable' ? failure(503, message, { 'Retry-After': keysRetrySeconds }) : unauthorized(message);
}

function unauthorized(error: string): HttpResponse {
  return failure(401, error, { 'WWW-Authenticate': 'Bearer' });
}
