import { failure, type HttpResponse, ok } from '../http/message.ts';
import { signUser } from '../protocol/signature.ts';
import { isSocketId } from '../protocol/socket-id.ts';
import type { UserData } from '../protocol/user-data.ts';
import type { IdentifiedCall } from './auth-call.ts';
import { readFields } from './fields.ts';

/** `POST /auth/KEY/user`: signs in the user of the token (protocol clause 4). */
export function postUser({ request, caller, identity, key }: IdentifiedCall): HttpResponse {
  const fields = readFields({ body: request.body, contentType: caller.contentType }, ['socket_id']);
  if ('error' in fields) return failure(fields.status, fields.error);
  const socketId = fields.get('socket_id') ?? '';
  if (!isSocketId(socketId)) return failure(400, 'socket_id is not valid');
  const userData = userDataOf(identity.user);
  return ok(JSON.stringify({ auth: `${key.key}:${signUser(key.secret, socketId, userData)}`, user_data: userData }));
}

function userDataOf({ member: { userId, userInfo }, watchlist }: UserData): string {
  const parts = [`"id":${JSON.stringify(userId)}`];
  if (userInfo !== 'null') parts.push(`"user_info":${userInfo}`);
  if (watchlist.length > 0) parts.push(`"watchlist":${JSON.stringify(watchlist)}`);
  return `{${parts.join(',')}}`;
}
