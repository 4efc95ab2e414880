import { type ChannelName, userOf } from '../protocol/channel-name.ts';
import type { SubscribeMessage } from '../protocol/client-message.ts';
import type { SubscriptionFault } from '../protocol/error.ts';
import { type Member, parseMember } from '../protocol/member.ts';
import { matches, signChannel, splitAuth } from '../protocol/signature.ts';
import { usableKey } from './app.ts';
import type { Connection } from './connection.ts';

const notYourChannel = unauthorized('This channel is only for the user it is named after, after sign-in');

/**
 * Whether the connection may join: by the signature, for which `channel_data` counts whenever it is present, the empty string included
 * (protocol clause 3.1), or by being the user that the channel is named after (clause 4). Returns the fault, or `undefined`.
 */
export function authorize(
  { app, user, socketId }: Connection,
  channel: ChannelName,
  { auth, channelData }: SubscribeMessage,
): SubscriptionFault | undefined {
  if (channel.kind === 'server-to-user') return user?.member.userId === userOf(channel) ? undefined : notYourChannel;
  if (!channel.needsAuth) return undefined;
  const { key, signature } = splitAuth(auth) ?? { key: '', signature: '' };
  const appKey = usableKey(app, key);
  if (appKey === undefined) return unauthorized('the key in "auth" does not belong to this application; "auth" must be KEY:SIGNATURE');
  if (matches(signChannel(appKey.secret, socketId, channel.name, channelData), signature)) return undefined;
  const signed = channelData === undefined ? `${socketId}:${channel.name}` : `${socketId}:${channel.name}:<channel_data>`;
  return unauthorized(`Invalid signature: expected the HMAC SHA256 hex digest of ${signed}`);
}

/** Who joins: `channel_data` if there is any, else the user that signed in (clause 3.2). Returns the reason for a refusal as text. */
export function identify({ app, user }: Connection, { channelData }: SubscribeMessage): Member | string {
  if (channelData !== undefined) return parseMember(channelData, app.limits);
  return user?.member ?? 'Presence channels need channel_data or a signed-in user';
}

function unauthorized(error: string): SubscriptionFault {
  return { type: 'AuthError', error, status: 401 };
}
