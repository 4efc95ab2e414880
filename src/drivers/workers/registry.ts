import { topicOf } from '../../core/channel.ts';
import type { Announce, Announcement, ChannelAddress, ChannelCount, ListedChannel, Registry } from '../../core/ports.ts';
import { Roster } from '../../core/roster.ts';
import { SharedRuns } from '../../core/shared-runs.ts';
import type { Member } from '../../protocol/member.ts';
import { type Link, wireAddress, wireLimit } from './link.ts';
import type { Seated } from './messages.ts';

/** A presence channel of this worker. */
interface Seats {
  /** The users whose seats this worker wants, those still under way included. */
  readonly wanted: Set<string>;
  /** Kept current by announcements. */
  roster: Roster | undefined;
}

/** What waits for the end of the tick. */
interface Hold {
  readonly address: ChannelAddress;
  subscriptions: number;
}

/** Tells the parent what this worker holds. The parent announces; this worker keeps the rosters of its own presence channels. */
export class WorkerRegistry implements Registry {
  readonly #link: Link;
  readonly #announce: Announce;
  readonly #seats = new Map<string, Seats>();
  /** Of several counts of a channel in one tick only the last is sent; they leave with the tick. */
  readonly #holds = new Map<string, Hold>();
  readonly #lists = new SharedRuns<ReadonlyMap<string, ListedChannel>>();

  constructor(link: Link, announce: Announce) {
    this.#link = link;
    this.#announce = announce;
    link.on('announce', (announcement) => this.#apply(announcement));
  }

  hold(address: ChannelAddress, subscriptions: number): void {
    const key = keyOf(address);
    const waiting = this.#holds.get(key);
    if (waiting !== undefined) {
      waiting.subscriptions = subscriptions;
      return;
    }
    if (this.#holds.size === 0) setImmediate(() => this.#flushAll());
    this.#holds.set(key, { address, subscriptions });
  }

  async take(address: ChannelAddress, member: Member, maxMembers: number): Promise<Roster | 'full'> {
    const key = keyOf(address);
    this.#flush(key);
    const seats = this.#seats.get(key) ?? { wanted: new Set(), roster: undefined };
    this.#seats.set(key, seats);
    seats.wanted.add(member.userId);
    const seated = await this.#link.ask('take', [wireAddress(address), member, wireLimit(maxMembers)], (answer) => learn(seats, answer));
    if (seated === 'full') return 'full';
    if (seats.roster === undefined) throw new Error('a seat was taken in a channel whose members are not known');
    return seats.roster;
  }

  leave(address: ChannelAddress, userId: string): void {
    const key = keyOf(address);
    this.#flush(key);
    const seats = this.#seats.get(key);
    seats?.wanted.delete(userId);
    if (seats?.wanted.size === 0) this.#seats.delete(key);
    this.#link.notify('leave', wireAddress(address), userId);
  }

  count(address: ChannelAddress): Promise<ChannelCount> {
    this.#flush(keyOf(address));
    return this.#link.call('count', wireAddress(address));
  }

  users(address: ChannelAddress): Promise<readonly string[]> {
    return this.#link.call('users', wireAddress(address));
  }

  /** Those who ask while a list is on its way share the next: all workers wait while their parent writes one. */
  list(appId: string, prefix: string): Promise<ReadonlyMap<string, ListedChannel>> {
    return this.#lists.run(JSON.stringify([appId, prefix]), async () => {
      this.#flushAll();
      return new Map(await this.#link.call('list', appId, prefix));
    });
  }

  #flushAll(): void {
    for (const key of [...this.#holds.keys()]) this.#flush(key);
  }

  /** What is sent about a channel keeps the order in which it was wished. */
  #flush(key: string): void {
    const waiting = this.#holds.get(key);
    if (waiting === undefined) return;
    this.#holds.delete(key);
    this.#link.notify('hold', wireAddress(waiting.address), waiting.subscriptions);
  }

  #apply(announcement: Announcement): void {
    const roster = this.#seats.get(keyOf(announcement.address))?.roster;
    if (announcement.type === 'member_added') roster?.add(announcement.member);
    if (announcement.type === 'member_removed') roster?.remove(announcement.userId);
    this.#announce(announcement);
  }
}

/** The members come when this worker had no seat in the channel; else it has been told of every change. */
function learn(seats: Seats, seated: Seated): void {
  if (seated === 'full' || seated === 'known') return;
  seats.roster = new Roster();
  for (const [userId, userInfo] of seated) seats.roster.add({ userId, userInfo });
}

function keyOf({ appId, channel }: ChannelAddress): string {
  return topicOf(appId, channel);
}
