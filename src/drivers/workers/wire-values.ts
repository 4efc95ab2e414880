import type { ChannelAddress } from '../../core/ports.ts';
import { parseChannelName, serverToUserChannel, serverToUserPrefix } from '../../protocol/channel-name.ts';
import type { WireAddress } from './messages.ts';

/** A channel that a worker sent, which has checked the name. Of a user it need not be one that exists: anybody may stand on a watchlist. */
export function parseAddress([appId, name]: WireAddress): ChannelAddress {
  if (name.startsWith(serverToUserPrefix)) return { appId, channel: serverToUserChannel(name.slice(serverToUserPrefix.length)) };
  const channel = parseChannelName(name, Number.POSITIVE_INFINITY);
  if (channel === undefined) throw new Error(`a worker sent a channel name that cannot be: ${name}`);
  return { appId, channel };
}

/** A limit that a worker sent: JSON has no infinity. */
export function parseLimit(limit: number | null): number {
  return limit ?? Number.POSITIVE_INFINITY;
}
