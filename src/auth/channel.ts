import { createHash } from 'node:crypto';
import { failure, type HttpResponse, ok } from '../http/message.ts';
import { type ChannelName, parseChannelName } from '../protocol/channel-name.ts';
import { listenOnly } from '../protocol/listen-only.ts';
import type { Member } from '../protocol/member.ts';
import { signChannel } from '../protocol/signature.ts';
import { isSocketId } from '../protocol/socket-id.ts';
import type { IdentifiedCall } from './auth-call.ts';
import { readFields } from './fields.ts';

/** `POST /auth/KEY/channel`: signs a subscription that the token allows, as the auth endpoint of an application does (protocol clause 3.1). */
export function postChannel(call: IdentifiedCall): HttpResponse {
  const { app, request, caller, identity } = call;
  const fields = readFields({ body: request.body, contentType: caller.contentType }, ['socket_id', 'channel_name']);
  if ('error' in fields) return failure(fields.status, fields.error);
  const socketId = fields.get('socket_id') ?? '';
  if (!isSocketId(socketId)) return failure(400, 'socket_id is not valid');
  const channel = parseChannelName(fields.get('channel_name') ?? '', app.limits.channelNameCharacters);
  if (channel === undefined) return failure(400, 'channel_name is not valid');
  if (!channel.needsAuth || channel.kind === 'server-to-user') return failure(400, 'This channel is not one that is authorised');
  if (!identity.allows('subscribe', channel.name)) return failure(403, 'The token does not allow to subscribe to this channel');
  return sign(call, socketId, channel);
}

function sign(call: IdentifiedCall, socketId: string, channel: ChannelName): HttpResponse {
  const { key, jwt } = call;
  const channelData = channelDataOf(call, channel);
  const auth = `${key.key}:${signChannel(key.secret, socketId, channel.name, channelData)}`;
  if (channel.kind !== 'private-encrypted') return ok(JSON.stringify({ auth, channel_data: channelData }));
  const { encryptionMasterKey } = jwt;
  if (encryptionMasterKey === undefined) return failure(403, 'This application has no encryptionMasterKey for encrypted channels');
  return ok(JSON.stringify({ auth, shared_secret: sharedSecret(channel, Buffer.from(encryptionMasterKey, 'base64')) }));
}

/**
 * What is signed along with the name: who the member of a presence channel is (clause 3.2), and that who may not publish may only listen, because a
 * connection that shows nothing but a signature has no token that could be asked.
 */
function channelDataOf({ app, identity }: IdentifiedCall, { kind, name }: ChannelName): string | undefined {
  const mayPublish = kind === 'private-encrypted' || !app.clientEvents || identity.allows('publish', name);
  const fields = kind === 'presence' ? memberFields(identity.user.member) : [];
  if (!mayPublish) fields.push(listenOnly);
  return fields.length === 0 ? undefined : `{${fields.join(',')}}`;
}

function memberFields({ userId, userInfo }: Member): string[] {
  const id = `"user_id":${JSON.stringify(userId)}`;
  return userInfo === 'null' ? [id] : [id, `"user_info":${userInfo}`];
}

/** The key of one channel, which server SDKs derive in the same way from the same master key. */
function sharedSecret({ name }: ChannelName, masterKey: Buffer): string {
  return createHash('sha256').update(name).update(masterKey).digest('base64');
}
