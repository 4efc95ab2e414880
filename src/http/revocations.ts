import type { App } from '../core/app.ts';
import { maxTokenIdCharacters } from '../core/identity.ts';
import type { JwtSettings } from '../core/jwt-settings.ts';
import type { Revocation } from '../core/revocation.ts';
import { revoke } from '../core/revoke.ts';
import type { RequestFault } from '../protocol/trigger.ts';
import { type ApiCall, refuse } from './api-call.ts';
import { parseBody } from './body.ts';
import { failure, type HttpResponse, ok } from './message.ts';
import { overRate } from './rate.ts';

/** `POST /apps/ID/revocations`: tokens of a user, or one token, are no longer accepted. Not of Pusher's protocol. */
export async function postRevocations(call: ApiCall): Promise<HttpResponse> {
  const { engine, app } = call;
  if (app.jwt === undefined) return failure(400, 'This application takes no tokens');
  const body = parseBody(call);
  if ('status' in body) return refuse(body);
  const revocation = parseRevocation(body.value, app, app.jwt, engine.clock.now());
  if ('status' in revocation) return refuse(revocation);
  const limited = overRate(call, 'events', 1);
  if (limited !== undefined) return limited;
  if ((await revoke(engine, revocation)) === 'full') return failure(503, 'The application has too many revocations that have not ended');
  return ok(JSON.stringify({ expires_at: Math.ceil(revocation.endsAt / 1000) }));
}

/** Reads `{user_id}` or `{token_id}`, with `expires_at` in seconds since the epoch. Without it the revocation outlives every token there can be. */
function parseRevocation(body: unknown, app: App, jwt: JwtSettings, now: number): Revocation | RequestFault {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return fault('The body must be a JSON object');
  const { user_id: user, token_id: tokenId, expires_at: expiresAt } = body as { user_id?: unknown; token_id?: unknown; expires_at?: unknown };
  if ((user === undefined) === (tokenId === undefined)) return fault('The body must have either "user_id" or "token_id"');
  const latest = now + (jwt.maxLifetimeSeconds + jwt.toleranceSeconds + jwt.graceSeconds) * 1000;
  if (expiresAt !== undefined && (typeof expiresAt !== 'number' || !(expiresAt * 1000 > now))) {
    return fault('"expires_at" must be seconds since 1970, in the future');
  }
  const endsAt = expiresAt === undefined ? latest : Math.min(latest, Math.ceil(expiresAt * 1000));
  if (tokenId !== undefined) {
    if (!isId(tokenId, maxTokenIdCharacters)) return fault(`"token_id" must be a string of 1 to ${maxTokenIdCharacters} characters`);
    return { type: 'token', appId: app.id, tokenId, endsAt };
  }
  const userId = Number.isSafeInteger(user) ? String(user) : user;
  if (!isId(userId, app.limits.userIdCharacters)) return fault(`"user_id" must be a string of 1 to ${app.limits.userIdCharacters} characters`);
  return { type: 'user', appId: app.id, userId, issuedUntil: now, endsAt };
}

function isId(id: unknown, maxCharacters: number): id is string {
  return typeof id === 'string' && id !== '' && id.length <= maxCharacters && id.isWellFormed();
}

function fault(error: string): RequestFault {
  return { status: 400, error };
}
