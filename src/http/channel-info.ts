import type { Engine } from '../core/engine.ts';
import type { ChannelAddress, ChannelCount } from '../core/ports.ts';
import type { InfoAttribute } from '../protocol/trigger.ts';

/** What a backend is told about a channel. */
export interface ChannelInfo {
  user_count?: number;
  subscription_count?: number;
  cache?: { readonly data: string; readonly ttl: number } | null;
}

/** The attributes asked for, as far as the channel's kind has them. */
export async function describeChannel(
  { registry, cache }: Pick<Engine, 'registry' | 'cache'>,
  address: ChannelAddress,
  attributes: readonly InfoAttribute[],
): Promise<ChannelInfo> {
  if (attributes.length === 0) return {};
  const info: ChannelInfo = pickCounts(address, await registry.count(address), attributes);
  if (!attributes.includes('cache')) return info;
  const cached = await cache.get(address);
  return { ...info, cache: cached === undefined ? null : { data: cached.data, ttl: cached.ttlSeconds } };
}

/** The counts asked for: users of presence channels, subscriptions of all. */
export function pickCounts({ channel }: Pick<ChannelAddress, 'channel'>, count: ChannelCount, attributes: readonly InfoAttribute[]): ChannelInfo {
  return {
    ...(attributes.includes('user_count') && channel.kind === 'presence' ? { user_count: count.users } : {}),
    ...(attributes.includes('subscription_count') ? { subscription_count: count.subscriptions } : {}),
  };
}
