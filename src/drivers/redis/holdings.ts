import type { ChannelAddress } from '../../core/ports.ts';
import { Roster } from '../../core/roster.ts';
import type { Member } from '../../protocol/member.ts';
import { channelKey } from './channel-key.ts';
import { HeldChannel, type Seat } from './held-channel.ts';

/** What a node remembers to have held and no longer wants, when Redis has lost its data: a channel, or a user in it. */
export interface Departed {
  readonly channel: string;
  readonly userId: string | undefined;
}

/** Everything that this node wants to hold in a partition, and what Redis knows of it. */
export class Holdings {
  readonly #channels = new Map<string, HeldChannel>();

  get(key: string): HeldChannel | undefined {
    return this.#channels.get(key);
  }

  all(): Iterable<HeldChannel> {
    return this.#channels.values();
  }

  get size(): number {
    return this.#channels.size;
  }

  obtain(address: ChannelAddress): HeldChannel {
    const key = channelKey(address);
    const existing = this.#channels.get(key);
    if (existing !== undefined) return existing;
    const channel = new HeldChannel(address, key);
    this.#channels.set(key, channel);
    return channel;
  }

  /** Lets go of a channel of which nothing is wanted or recorded any more. */
  forgetIfIdle(channel: HeldChannel): void {
    if (channel.isIdle && this.#channels.get(channel.key) === channel) this.#channels.delete(channel.key);
  }

  /**
   * Redis has nothing of this node: everything is to be told again. `isQuiet` marks what it knew before as no news. Returns what it knew and
   * this node no longer wants.
   */
  forgetRecords(isQuiet: boolean): readonly Departed[] {
    const departed: Departed[] = [];
    for (const channel of [...this.#channels.values()]) {
      departed.push(...departedOf(channel));
      channel.isQuiet = isQuiet && channel.isKnown;
      channel.recordedCount = 0;
      for (const [userId, seat] of channel.seats) {
        seat.isQuiet = isQuiet && seat.isAdmitted;
        seat.heldSince = undefined;
        channel.changedSeats.add(userId);
      }
      channel.recordedSeats.clear();
      this.forgetIfIdle(channel);
    }
    return departed;
  }
}

/** A new wish for a seat. */
export function createSeat(member: Member, maxMembers: number): Seat {
  return { member, maxMembers, heldSince: undefined, isAdmitted: false, isQuiet: false, waiting: new Set() };
}

/** Ends the wish for a seat; whoever still waits for it is answered, but is no longer interested. */
export function dropSeat(channel: HeldChannel, userId: string): void {
  const seat = channel.seats.get(userId);
  if (seat === undefined) return;
  channel.seats.delete(userId);
  channel.changedSeats.add(userId);
  const roster = channel.roster?.roster ?? new Roster();
  for (const answer of seat.waiting) answer(roster);
  seat.waiting.clear();
  if (channel.seats.size > 0) return;
  channel.roster = undefined;
  channel.reading = undefined;
}

function departedOf({ key, count, recordedCount, seats, recordedSeats }: HeldChannel): readonly Departed[] {
  const users = [...recordedSeats].filter((userId) => !seats.has(userId)).map((userId) => ({ channel: key, userId }));
  return count === 0 && recordedCount !== 0 ? [...users, { channel: key, userId: undefined }] : users;
}
