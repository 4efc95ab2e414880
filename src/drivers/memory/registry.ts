import type { Announce, ChannelAddress, ChannelCount, ListedChannel, Registry } from '../../core/ports.ts';
import { Roster } from '../../core/roster.ts';
import type { ChannelName } from '../../protocol/channel-name.ts';
import type { Member } from '../../protocol/member.ts';

interface Entry extends ChannelAddress {
  subscriptions: number;
  /** Made for the first member: most channels have none. */
  roster: Roster | undefined;
}

type Channels = Map<string, Entry>;

/** The registry of a node that runs alone: what this node wants is what is. Everything takes effect, and is announced, within the call. */
export class MemoryRegistry implements Registry {
  readonly #announce: Announce;
  readonly #apps = new Map<string, Channels>();

  constructor(announce: Announce) {
    this.#announce = announce;
  }

  hold(address: ChannelAddress, subscriptions: number): void {
    const entry = this.#entry(address);
    const before = entry.subscriptions;
    if (before === subscriptions) return this.#forgetIfEmpty(entry);
    entry.subscriptions = subscriptions;
    if (before === 0) this.#announce({ type: 'occupied', address });
    this.#announce({ type: 'counted', address, subscriptions });
    if (subscriptions === 0) this.#announce({ type: 'vacated', address });
    this.#forgetIfEmpty(entry);
  }

  async take(address: ChannelAddress, member: Member, maxMembers: number): Promise<Roster | 'full'> {
    const entry = this.#entry(address);
    entry.roster ??= new Roster();
    const { roster } = entry;
    if (roster.has(member.userId)) return roster;
    if (roster.size >= maxMembers) return 'full';
    roster.add(member);
    this.#announce({ type: 'member_added', address, member });
    return roster;
  }

  leave(address: ChannelAddress, userId: string): void {
    const entry = this.#entry(address);
    if (entry.roster?.remove(userId)) this.#announce({ type: 'member_removed', address, userId });
    this.#forgetIfEmpty(entry);
  }

  async count({ appId, channel }: ChannelAddress): Promise<ChannelCount> {
    return countOf(this.#apps.get(appId)?.get(channel.name));
  }

  async users({ appId, channel }: ChannelAddress): Promise<readonly string[]> {
    return this.#apps.get(appId)?.get(channel.name)?.roster?.userIds() ?? [];
  }

  async list(appId: string, prefix: string): Promise<ReadonlyMap<string, ListedChannel>> {
    const listed = new Map<string, ListedChannel>();
    for (const [name, entry] of this.#apps.get(appId) ?? []) {
      if (name.startsWith(prefix) && entry.subscriptions > 0 && isListed(entry.channel))
        listed.set(name, { channel: entry.channel, count: countOf(entry) });
    }
    return listed;
  }

  #entry({ appId, channel }: ChannelAddress): Entry {
    const channels = this.#apps.get(appId) ?? new Map<string, Entry>();
    this.#apps.set(appId, channels);
    const entry = channels.get(channel.name) ?? { appId, channel, subscriptions: 0, roster: undefined };
    channels.set(channel.name, entry);
    return entry;
  }

  #forgetIfEmpty({ appId, channel, subscriptions, roster }: Entry): void {
    if (subscriptions > 0 || (roster !== undefined && roster.size > 0)) return;
    this.#apps.get(appId)?.delete(channel.name);
  }
}

function countOf(entry: Entry | undefined): ChannelCount {
  return { subscriptions: entry?.subscriptions ?? 0, users: entry?.roster?.size ?? 0 };
}

/** The channels of users are how users are reached, not channels of the app (protocol clause 4). */
function isListed({ kind }: ChannelName): boolean {
  return kind !== 'server-to-user';
}
