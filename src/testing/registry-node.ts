import type { Announcement, ChannelAddress, Registry } from '../core/ports.ts';
import { Roster } from '../core/roster.ts';
import { parseChannelName } from '../protocol/channel-name.ts';
import type { Member } from '../protocol/member.ts';

/** A registry as one node has it. */
export interface RegistryNode {
  readonly registry: Registry;
  /** What the registry announced to this node, oldest first. */
  readonly announcements: readonly Announcement[];
  /** Resolves when everything that the node has wished for has taken effect and was announced. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

export const room = address('room');
export const presence = address('presence-room');
export const alice: Member = { userId: 'alice', userInfo: '{"name":"Alice"}' };
export const bob: Member = { userId: 'bob', userInfo: 'null' };

/** The channel of an app called `app`. */
export function address(name: string): ChannelAddress {
  const channel = parseChannelName(name, 200);
  if (channel === undefined) throw new Error(`${name} is not a channel name`);
  return { appId: 'app', channel };
}

export function describeAnnouncement(announcement: Announcement | undefined): string {
  if (announcement === undefined) return 'nothing';
  const { type, address: at } = announcement;
  const name = `${type} ${at.channel.name}`;
  if (type === 'member_added') return `${name} ${announcement.member.userId}`;
  if (type === 'member_removed') return `${name} ${announcement.userId}`;
  return type === 'counted' ? `${name} ${announcement.subscriptions}` : name;
}

export function idsOf(roster: Roster | 'full'): readonly string[] | 'full' {
  return roster instanceof Roster ? roster.userIds() : roster;
}

/** What a client would read. */
export function readRoster(roster: Roster | 'full'): unknown {
  if (!(roster instanceof Roster)) return roster;
  return (JSON.parse(JSON.parse(`"${roster.presence}"`) as string) as { presence: unknown }).presence;
}
