import { topicOf } from '../../core/channel.ts';
import type { ChannelAddress } from '../../core/ports.ts';
import { parseChannelName } from '../../protocol/channel-name.ts';

/** The name of a channel in Redis: APP/NAME. */
export function channelKey({ appId, channel }: ChannelAddress): string {
  return topicOf(appId, channel);
}

/** Whether the key is that of a user's own channel: `#` begins no other name, and app ids have no slash. */
export function isUserKey(key: string): boolean {
  return key.startsWith('#', key.indexOf('/') + 1);
}

/** The channel with this key; `undefined` when it is none. Its length was checked where it was subscribed. */
export function addressOf(key: string): ChannelAddress | undefined {
  const slash = key.indexOf('/');
  const channel = parseChannelName(key.slice(slash + 1), Number.POSITIVE_INFINITY);
  return slash < 1 || channel === undefined ? undefined : { appId: key.slice(0, slash), channel };
}
