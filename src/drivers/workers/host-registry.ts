import type { Announcement, ChannelAddress, ChannelCount, ListedChannel } from '../../core/ports.ts';
import type { ChannelName } from '../../protocol/channel-name.ts';
import type { Member } from '../../protocol/member.ts';
import type { Seated } from './messages.ts';

/** What one worker holds of a channel. */
interface Holding {
  subscriptions: number;
  readonly seats: Set<string>;
}

interface Entry<Node> extends ChannelAddress {
  subscriptions: number;
  readonly holders: Map<Node, Holding>;
  /** The roster: each member with the number of workers that hold a seat of it. */
  readonly members: Map<string, { readonly userInfo: string; workers: number }>;
}

/** Tells workers of a change; all of them when `to` is absent. */
export type AnnounceTo<Node> = (announcement: Announcement, to: ReadonlySet<Node> | undefined) => void;

/**
 * Who is where on all workers: the sum of what each of them holds. Everything takes effect, and is announced, within the call. A worker is told
 * of the channels that it holds, and of a change that it made itself; all are told of users, whom anybody may watch.
 */
export class HostRegistry<Node> {
  readonly #announce: AnnounceTo<Node>;
  readonly #apps = new Map<string, Map<string, Entry<Node>>>();
  readonly #byNode = new Map<Node, Set<Entry<Node>>>();

  constructor(announce: AnnounceTo<Node>) {
    this.#announce = announce;
  }

  hold(node: Node, address: ChannelAddress, subscriptions: number): void {
    const entry = this.#entry(address);
    const holding = this.#holding(node, entry);
    const before = entry.subscriptions;
    entry.subscriptions += subscriptions - holding.subscriptions;
    holding.subscriptions = subscriptions;
    const after = entry.subscriptions;
    if (before !== after) {
      if (before === 0) this.#tell(node, entry, { type: 'occupied', address: addressOf(entry) });
      this.#tell(node, entry, { type: 'counted', address: addressOf(entry), subscriptions: after });
      if (after === 0) this.#tell(node, entry, { type: 'vacated', address: addressOf(entry) });
    }
    this.#forgetIfEmpty(node, entry);
  }

  /** `known` when the worker has been handed the members before and was told of each change since. */
  take(node: Node, address: ChannelAddress, { userId, userInfo }: Member, maxMembers: number): Seated {
    const entry = this.#entry(address);
    const { seats } = this.#holding(node, entry);
    if (seats.has(userId)) return 'known';
    const isFirst = seats.size === 0;
    const member = entry.members.get(userId);
    if (member === undefined && entry.members.size >= maxMembers) {
      this.#forgetIfEmpty(node, entry);
      return 'full';
    }
    seats.add(userId);
    if (member === undefined) {
      entry.members.set(userId, { userInfo, workers: 1 });
      this.#tell(node, entry, { type: 'member_added', address: addressOf(entry), member: { userId, userInfo } });
    } else {
      member.workers += 1;
    }
    return isFirst ? [...entry.members].map(([id, { userInfo: info }]) => [id, info] as const) : 'known';
  }

  leave(node: Node, address: ChannelAddress, userId: string): void {
    const entry = this.#entry(address);
    if (this.#holding(node, entry).seats.delete(userId)) this.#releaseSeat(node, entry, userId);
    this.#forgetIfEmpty(node, entry);
  }

  count({ appId, channel }: ChannelAddress): ChannelCount {
    return countOf(this.#apps.get(appId)?.get(channel.name));
  }

  users({ appId, channel }: ChannelAddress): readonly string[] {
    return [...(this.#apps.get(appId)?.get(channel.name)?.members.keys() ?? [])];
  }

  list(appId: string, prefix: string): readonly (readonly [name: string, listed: ListedChannel])[] {
    return [...(this.#apps.get(appId) ?? [])]
      .filter(([name, { channel, subscriptions }]) => name.startsWith(prefix) && subscriptions > 0 && isListed(channel))
      .map(([name, entry]) => [name, { channel: entry.channel, count: countOf(entry) }]);
  }

  /** Whether the worker is the one of those holding the channel that speaks for all; of a channel that nobody holds any more, every one is. */
  isSpeaker(node: Node, appId: string, channel: string): boolean {
    const [speaker = node] = this.#apps.get(appId)?.get(channel)?.holders.keys() ?? [];
    return speaker === node;
  }

  /**
   * Takes away what a worker that has ended still holds, at most so many channels at once, as if it had left them. Returns whether there is more.
   */
  sweep(node: Node, channels: number): boolean {
    const entries = this.#byNode.get(node);
    if (entries === undefined) return false;
    for (const entry of [...entries].slice(0, channels)) {
      const seats = entry.holders.get(node)?.seats ?? [];
      for (const userId of [...seats]) this.leave(node, entry, userId);
      this.hold(node, entry, 0);
    }
    return this.#byNode.has(node);
  }

  #releaseSeat(node: Node, entry: Entry<Node>, userId: string): void {
    const member = entry.members.get(userId);
    if (member === undefined) return;
    member.workers -= 1;
    if (member.workers > 0) return;
    entry.members.delete(userId);
    this.#tell(node, entry, { type: 'member_removed', address: addressOf(entry), userId });
  }

  #tell(cause: Node, { channel, holders }: Entry<Node>, announcement: Announcement): void {
    const isUser = channel.kind === 'server-to-user';
    this.#announce(announcement, isUser ? undefined : new Set([...holders.keys(), cause]));
  }

  #entry({ appId, channel }: ChannelAddress): Entry<Node> {
    const channels = this.#apps.get(appId) ?? new Map<string, Entry<Node>>();
    this.#apps.set(appId, channels);
    const entry = channels.get(channel.name) ?? { appId, channel, subscriptions: 0, holders: new Map(), members: new Map() };
    channels.set(channel.name, entry);
    return entry;
  }

  #holding(node: Node, entry: Entry<Node>): Holding {
    const holding = entry.holders.get(node) ?? { subscriptions: 0, seats: new Set() };
    entry.holders.set(node, holding);
    const entries = this.#byNode.get(node) ?? new Set();
    this.#byNode.set(node, entries.add(entry));
    return holding;
  }

  #forgetIfEmpty(node: Node, entry: Entry<Node>): void {
    const holding = entry.holders.get(node);
    if (holding !== undefined && (holding.subscriptions > 0 || holding.seats.size > 0)) return;
    entry.holders.delete(node);
    const entries = this.#byNode.get(node);
    entries?.delete(entry);
    if (entries?.size === 0) this.#byNode.delete(node);
    if (entry.holders.size > 0) return;
    const channels = this.#apps.get(entry.appId);
    channels?.delete(entry.channel.name);
    if (channels?.size === 0) this.#apps.delete(entry.appId);
  }
}

function addressOf({ appId, channel }: ChannelAddress): ChannelAddress {
  return { appId, channel };
}

function countOf<Node>(entry: Entry<Node> | undefined): ChannelCount {
  return { subscriptions: entry?.subscriptions ?? 0, users: entry?.members.size ?? 0 };
}

/** The channels of users are how users are reached, not channels of the app (protocol clause 4). */
function isListed({ kind }: ChannelName): boolean {
  return kind !== 'server-to-user';
}
