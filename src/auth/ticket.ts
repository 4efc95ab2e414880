import { issueTicket, ticketPathPrefix } from '../core/ticket.ts';
import { failure, type HttpResponse, ok } from '../http/message.ts';
import type { IdentifiedCall } from './auth-call.ts';

/** `POST /auth/KEY/ticket`: a token for clients that can choose nothing but the path of their handshake. It can be used until it expires. */
export function postTicket({ engine, app, jwt, credentials, identity, prefix }: IdentifiedCall): HttpResponse {
  const expiresAt = Math.min(engine.clock.now() + jwt.ticketSeconds * 1000, identity.expiresAt);
  const ticket = issueTicket(app, credentials.token, expiresAt);
  if (ticket === undefined) return failure(413, 'The token is too long for a ticket');
  const wsPath = `${prefix}${ticketPathPrefix}${ticket}`;
  return ok(JSON.stringify({ ticket, ws_path: wsPath, expires_at: Math.floor(expiresAt / 1000) }));
}
