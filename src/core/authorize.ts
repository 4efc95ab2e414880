import { type ChannelName, userOf } from '../protocol/channel-name.ts';
import type { SubscribeMessage } from '../protocol/client-message.ts';
import type { SubscriptionFault } from '../protocol/error.ts';
import { type Member, parseMember } from '../protocol/member.ts';
import { channelText, splitAuth } from '../protocol/signature.ts';
import { usableKey } from './app.ts';
import type { Connection } from './connection.ts';
import type { Engine } from './engine.ts';

const notAllowed = unauthorized('the token does not allow this channel');
const notYourChannel = unauthorized('This channel is only for the user it is named after, after sign-in');

/**
 * Whether the connection may join: by the signature, for which `channel_data` counts whenever it is present, the empty string included
 * (protocol clause 3.1), or by being the user that the channel is named after (clause 4). Without a signature the connection's token decides, if it
 * has one; a signature that is there has to be right all the same. Returns the fault, or `undefined`.
 */
export function authorize(
  { hmac }: Pick<Engine, 'hmac'>,
  { app, user, identity, socketId }: Connection,
  channel: ChannelName,
  { auth, channelData }: SubscribeMessage,
): SubscriptionFault | undefined {
  if (channel.kind === 'server-to-user') return user?.member.userId === userOf(channel) ? undefined : notYourChannel;
  if (!channel.needsAuth) return undefined;
  if (auth === '' && identity !== undefined) return identity.allows('subscribe', channel.name) ? undefined : notAllowed;
  const { key, signature } = splitAuth(auth) ?? { key: '', signature: '' };
  const appKey = usableKey(app, key);
  if (appKey === undefined) return unauthorized('the key in "auth" does not belong to this application; "auth" must be KEY:SIGNATURE');
  if (hmac.verify(appKey.secret, channelText(socketId, channel.name, channelData), signature)) return undefined;
  const signed = channelData === undefined ? `${socketId}:${channel.name}` : `${socketId}:${channel.name}:<channel_data>`;
  return unauthorized(`Invalid signature: expected the HMAC SHA256 hex digest of ${signed}`);
}

/**
 * Who joins: `channel_data` if there is any, else the user that signed in (clause 3.2). Returns the reason for a refusal as text. For who joins by
 * a token nobody has signed `channel_data`: some clients need it to know themselves, but it can say nothing that the token does not.
 */
export function identify({ app, user, identity }: Connection, { auth, channelData }: SubscribeMessage): Member | string {
  if (channelData === undefined) return user?.member ?? 'Presence channels need channel_data or a signed-in user';
  const member = parseMember(channelData, app.limits);
  if (auth !== '' || identity === undefined || typeof member === 'string') return member;
  return member.userId === identity.user.member.userId ? identity.user.member : "channel_data.user_id is not the token's user";
}

function unauthorized(error: string): SubscriptionFault {
  return { type: 'AuthError', error, status: 401 };
}
