import type { ClusterCounters } from '../../core/cluster-counters.ts';
import type { Announce, ChannelAddress, Log } from '../../core/ports.ts';
import type { Roster } from '../../core/roster.ts';
import type { Member } from '../../protocol/member.ts';
import { addressOf, isUserKey } from './channel-key.ts';
import { FlushSettler } from './flush-settler.ts';
import { Flusher } from './flusher.ts';
import { createSeat, dropSeat, Holdings } from './holdings.ts';
import { Membership } from './membership.ts';
import type { MessageHeader } from './message.ts';
import type { PartitionHealth } from './partition-health.ts';
import type { PartitionLink } from './partition-link.ts';
import { RosterReader } from './roster-reader.ts';
import { Rosters } from './rosters.ts';
import type { ClusterTiming } from './timing.ts';
import { announcementOf, type Transition } from './transition.ts';
import { WatchedUsers } from './watched-users.ts';

export interface RegistryPartitionOptions {
  readonly link: PartitionLink;
  readonly health: PartitionHealth;
  readonly announce: Announce;
  /** The channels of users in this partition that somebody on this node watches. */
  readonly watched: () => Iterable<ChannelAddress>;
  readonly counters: ClusterCounters;
  readonly log: Log;
  readonly monotonic: () => number;
  readonly random: () => number;
  readonly timing: ClusterTiming;
  /** The number of the last message received. */
  readonly received: () => number;
  /** Redis has numbered messages up to this one. */
  readonly heard: (sequence: number) => void;
}

/** What this node holds in one partition, and what it knows of the rest of the cluster there. */
export class RegistryPartition {
  readonly membership: Membership;
  readonly flusher: Flusher;
  readonly holdings = new Holdings();
  readonly #announce: Announce;
  readonly #rosters: Rosters;
  readonly #watched: WatchedUsers;

  constructor(options: RegistryPartitionOptions) {
    const { holdings } = this;
    const disowned = (reason: 'UNREGISTERED' | 'LOST'): void => this.membership.disowned(reason);
    const node = (): string | undefined => this.membership.node;
    const rosters: Rosters = new Rosters({ ...options, requestRead: (channel) => reader.request(channel) });
    const reader = new RosterReader({ ...options, listener: rosters, node, disowned });
    this.flusher = new Flusher({ ...options, settler: new FlushSettler(holdings, rosters), disowned });
    this.#watched = new WatchedUsers(options);
    this.membership = new Membership({ ...options, holdings, rosters, reader, flusher: this.flusher, watched: this.#watched });
    this.#announce = options.announce;
    this.#rosters = rosters;
  }

  hold(address: ChannelAddress, subscriptions: number): void {
    const channel = this.holdings.obtain(address);
    const before = channel.count;
    channel.count = subscriptions;
    // Only the first and the last one change what others see.
    if (before !== subscriptions) this.flusher.changed(channel, before === 0 || subscriptions === 0);
    else this.holdings.forgetIfIdle(channel);
  }

  take(address: ChannelAddress, member: Member, maxMembers: number): Promise<Roster | 'full'> {
    if (address.channel.kind !== 'presence') throw new Error('only presence channels have seats');
    const channel = this.holdings.obtain(address);
    const existing = channel.seats.get(member.userId);
    const seat = existing ?? createSeat(member, maxMembers);
    if (existing === undefined) {
      channel.seats.set(member.userId, seat);
      channel.changedSeats.add(member.userId);
      this.flusher.changed(channel, true);
    }
    return new Promise((resolve) => {
      seat.waiting.add(resolve);
      if (seat.heldSince !== undefined) this.#rosters.seated(channel, seat);
    });
  }

  leave(address: ChannelAddress, userId: string): void {
    const channel = this.holdings.obtain(address);
    dropSeat(channel, userId);
    this.flusher.changed(channel, true);
  }

  /** Everything of this node is taken away, in an order that others can follow. Never rejects. */
  close(): Promise<void> {
    return this.membership.close();
  }

  /** Announcements came, in the message with this number. */
  receive({ kind, sequence, origin }: MessageHeader, transitions: readonly Transition[]): void {
    const isOwn = origin === this.membership.node;
    // Declared dead while it was only slow: what follows is about a past that this node is about to undo.
    if (isOwn && kind === 'sweep') return this.membership.disowned('UNREGISTERED');
    for (const transition of transitions) this.#receive(transition, sequence, isOwn);
  }

  /** All messages up to `received()` were handed over. */
  advanced(): void {
    this.#rosters.advanced();
  }

  #receive(transition: Transition, sequence: number, isOwn: boolean): void {
    const channel = this.holdings.get(transition.channel);
    // Most of what is announced is about channels that this node has nothing to do with. Whoever watches a user need not hold anything of it.
    if (channel === undefined && !isOwn && !isUserKey(transition.channel)) return;
    if ('before' in transition && channel !== undefined) return this.#rosters.announced(channel, { sequence, change: transition, isOwn });
    if (channel !== undefined && transition.type === 'counted') channel.total = transition.subscriptions;
    const address = channel?.address ?? addressOf(transition.channel);
    if (address === undefined) return;
    if (address.channel.kind === 'server-to-user') this.#watched.heard(transition.channel);
    this.#announce(announcementOf(address, transition));
  }
}
