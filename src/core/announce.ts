import { userOf } from '../protocol/channel-name.ts';
import { memberAdded, memberRemoved, watchlistEvents } from '../protocol/server-message.ts';
import { topicOf } from './channel.ts';
import type { Engine } from './engine.ts';
import type { Announcement, ChannelAddress } from './ports.ts';
import type { SubscriptionCounts } from './subscription-counts.ts';

type Announcing = Pick<Engine, 'hub' | 'events' | 'clock' | 'traffic' | 'watchlists'> & { readonly counts: SubscriptionCounts };

/** What the registry says has changed becomes frames for this node's subscribers, and events. */
export function announce(engine: Announcing, announcement: Announcement): void {
  const { address } = announcement;
  if (address.channel.kind === 'server-to-user') return announceUser(engine, announcement);
  const { events, clock, counts } = engine;
  const at = { appId: address.appId, channel: address.channel.name, at: clock.now() };
  switch (announcement.type) {
    case 'occupied':
      return events.emit({ type: 'channel_occupied', ...at });
    case 'vacated':
      return events.emit({ type: 'channel_vacated', ...at });
    case 'member_added':
      deliver(engine, address, (middle) => memberAdded(middle, announcement.member));
      return events.emit({ type: 'member_added', ...at, userId: announcement.member.userId });
    case 'member_removed':
      deliver(engine, address, (middle) => memberRemoved(middle, announcement.userId));
      return events.emit({ type: 'member_removed', ...at, userId: announcement.userId });
    case 'counted':
      return counts.changed(address, announcement.subscriptions);
  }
}

function deliver({ hub, traffic }: Pick<Engine, 'hub' | 'traffic'>, { appId, channel }: ChannelAddress, frame: (middle: string) => string): void {
  const local = hub.channels.get(topicOf(appId, channel));
  if (local === undefined) return;
  traffic.of(appId).serverEvents += 1;
  hub.announce(local, frame(local.middle));
}

/** A user's first sign-in and last close are what watchers hear of (protocol clause 4). */
function announceUser({ watchlists }: Announcing, { type, address }: Announcement): void {
  if (type !== 'occupied' && type !== 'vacated') return;
  const name = type === 'occupied' ? 'online' : 'offline';
  watchlists.tell(address, type === 'occupied', watchlistEvents([{ name, user_ids: [userOf(address.channel)] }]));
}
