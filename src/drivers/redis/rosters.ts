import type { Announce } from '../../core/ports.ts';
import type { FlushListener } from './flush-settler.ts';
import type { AnnouncedChange, HeldChannel, Reading, Seat } from './held-channel.ts';
import { type Difference, KeptRoster, type RosterSnapshot } from './kept-roster.ts';
import type { ClusterTiming } from './timing.ts';
import { announcementOf } from './transition.ts';

interface RostersOptions {
  readonly announce: Announce;
  /** The number of the last message that was received. */
  readonly received: () => number;
  /** The roster of the channel has to be read. */
  readonly requestRead: (channel: HeldChannel) => void;
  readonly timing: Pick<ClusterTiming, 'patienceMilliseconds'>;
}

interface Joiner {
  readonly channel: HeldChannel;
  readonly seat: Seat;
}

/**
 * Keeps the rosters of a partition's channels in which this node has a seat. Subscribers are told only of what changes their roster; joiners are
 * answered when it contains everything up to their own seat.
 */
export class Rosters implements FlushListener {
  readonly #options: RostersOptions;
  /** Joiners whose seats Redis has, and when they began to wait. */
  readonly #joiners = new Map<Joiner, number>();
  #isFrozen = false;
  #isAdditive = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: RostersOptions) {
    this.#options = options;
  }

  /** What is announced from now on is not believed: it may be about a past of this node. */
  freeze(): void {
    this.#isFrozen = true;
  }

  /** What is announced from now on is believed again. Whatever was kept until now is read anew. */
  thaw(channels: Iterable<HeldChannel>): void {
    this.#isFrozen = false;
    for (const channel of channels) this.distrust(channel);
  }

  /** While it is set, nobody is removed because Redis does not know them: only those who are announced to have left. */
  set isAdditive(isAdditive: boolean) {
    this.#isAdditive = isAdditive;
  }

  /** The channel's roster is read anew. */
  distrust(channel: HeldChannel): void {
    if (channel.roster === undefined) return;
    channel.roster.isStale = true;
    this.#options.requestRead(channel);
  }

  announced(channel: HeldChannel, announced: AnnouncedChange): void {
    if (this.#isFrozen) return;
    if (channel.reading === undefined) this.#apply(channel, announced);
    else channel.reading.announced.push(announced);
  }

  /** All messages up to `received()` have been handed over. */
  advanced(): void {
    for (const joiner of this.#joiners.keys()) this.#tryAnswer(joiner);
  }

  seated(channel: HeldChannel, seat: Seat): void {
    const joiner: Joiner = { channel, seat };
    this.#joiners.set(joiner, performance.now());
    this.#tryAnswer(joiner);
    if (this.#joiners.size > 0) this.#timer ??= setTimeout(() => this.#losePatience(), this.#options.timing.patienceMilliseconds);
  }

  read(channel: HeldChannel, reading: Reading, snapshot: RosterSnapshot): void {
    if (channel.reading !== reading) return; // nobody wants it any more
    channel.reading = undefined;
    if (channel.seats.size === 0) return;
    const isFirst = channel.roster === undefined;
    channel.roster ??= new KeptRoster();
    // As long as this node has not told everything again, Redis may not even know this node's own members.
    const difference = channel.roster.adopt(snapshot, this.#isAdditive || this.#isFrozen);
    if (!isFirst) this.#tell(channel, difference);
    this.#applyAll(channel, reading);
    this.advanced();
  }

  readFailed(channel: HeldChannel, reading: Reading): void {
    if (channel.reading !== reading) return;
    channel.reading = undefined;
    this.#applyAll(channel, reading);
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #applyAll(channel: HeldChannel, { announced }: Reading): void {
    for (const change of announced) this.#apply(channel, change);
  }

  #apply(channel: HeldChannel, { sequence, change, isOwn }: AnnouncedChange): void {
    const { roster } = channel;
    const outcome = roster?.apply(sequence, change);
    if (outcome === 'stale') this.#options.requestRead(channel);
    // What this node did before it kept the roster has changed nothing that it kept, and is told all the same.
    const isUnseen = isOwn && (roster === undefined || sequence <= roster.bornAt);
    if (outcome === 'changed' || isUnseen) this.#options.announce(announcementOf(channel.address, change));
  }

  #tell({ address }: HeldChannel, { added, removed }: Difference): void {
    for (const userId of removed) this.#options.announce({ type: 'member_removed', address, userId });
    for (const member of added) this.#options.announce({ type: 'member_added', address, member });
  }

  #tryAnswer(joiner: Joiner): void {
    const { channel, seat } = joiner;
    const isWanted = channel.seats.get(seat.member.userId) === seat && seat.waiting.size > 0;
    if (isWanted && !this.#contains(channel, seat)) return;
    this.#joiners.delete(joiner);
    const roster = channel.roster?.roster;
    if (!isWanted || roster === undefined) return;
    for (const answer of seat.waiting) answer(roster);
    seat.waiting.clear();
  }

  #contains({ roster, reading }: HeldChannel, { heldSince, member }: Seat): boolean {
    if (heldSince === undefined || roster === undefined || roster.isStale || reading !== undefined) return false;
    if (!roster.roster.has(member.userId)) return false;
    // A joiner must not hear of itself: what was read at once is not told before its announcement has passed.
    return (roster.bornAt === 0 && roster.sequence >= heldSince) || (!this.#isFrozen && this.#options.received() >= heldSince);
  }

  #losePatience(): void {
    this.#timer = undefined;
    const now = performance.now();
    for (const [joiner, since] of this.#joiners) {
      if (now - since < this.#options.timing.patienceMilliseconds) continue;
      this.#joiners.set(joiner, now);
      this.distrust(joiner.channel);
    }
    if (this.#joiners.size > 0) this.#timer = setTimeout(() => this.#losePatience(), this.#options.timing.patienceMilliseconds);
  }
}
