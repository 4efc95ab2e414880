import type { ChannelAddress } from '../../core/ports.ts';
import type { Roster } from '../../core/roster.ts';
import type { Member } from '../../protocol/member.ts';
import type { KeptRoster } from './kept-roster.ts';
import type { RosterChange } from './transition.ts';

/** What a `take` waits for. */
type Seated = (outcome: Roster | 'full') => void;

/** A user's place in a presence channel that this node wants to hold. */
export interface Seat {
  readonly member: Member;
  readonly maxMembers: number;
  /** The number that the channel's roster must have reached to contain the member; `undefined` until Redis has the seat. */
  heldSince: number | undefined;
  /** Whether Redis had it once. */
  isAdmitted: boolean;
  /** Told again after Redis lost it: no news for webhooks. */
  isQuiet: boolean;
  /** Those who asked for it and have not been answered. */
  readonly waiting: Set<Seated>;
}

/** A change of a roster, as it was announced. */
export interface AnnouncedChange {
  readonly sequence: number;
  readonly change: RosterChange;
  /** Whether it is this node's doing. */
  readonly isOwn: boolean;
}

/** A roster is being read: what is announced meanwhile waits for it. */
export interface Reading {
  readonly announced: AnnouncedChange[];
}

interface ChangeWaiter {
  readonly change: number;
  readonly done: () => void;
}

/** Channels without presence, of which there can be very many, share these: they have no seats. */
const noSeats = new Map<string, Seat>();
const noUsers = new Set<string>();

/** What this node wants to hold of a channel, and what Redis knows of that. */
export class HeldChannel {
  readonly address: ChannelAddress;
  readonly key: string;
  /** Subscriptions wanted. */
  count = 0;
  /** Subscriptions that Redis has; `undefined` when that is not certain. */
  recordedCount: number | undefined = 0;
  /** Whether Redis has said that it has subscriptions of this node. */
  isKnown = false;
  /** Told again after Redis lost it: no news for webhooks. */
  isQuiet = false;
  /** Seats wanted, by user. */
  readonly seats: Map<string, Seat>;
  /** Users whose seats Redis has, or may have. */
  readonly recordedSeats: Set<string>;
  /** Users whose wanted and recorded seats may differ. */
  readonly changedSeats: Set<string>;
  /** Presence channels with a seat: who is there on all nodes, once it was read. */
  roster: KeptRoster | undefined = undefined;
  reading: Reading | undefined = undefined;
  /** The total over all nodes that was announced last. */
  total: number | undefined = undefined;
  /** Counts the changes, so that one can wait until Redis has one of them. */
  change = 0;
  waiting: ChangeWaiter[] | undefined = undefined;

  constructor(address: ChannelAddress, key: string) {
    this.address = address;
    this.key = key;
    this.seats = this.isPresence ? new Map() : noSeats;
    this.recordedSeats = this.isPresence ? new Set() : noUsers;
    this.changedSeats = this.isPresence ? new Set() : noUsers;
  }

  get isPresence(): boolean {
    return this.address.channel.kind === 'presence';
  }

  /** Whether nothing is wanted, and nothing recorded. */
  get isIdle(): boolean {
    return this.count === 0 && this.recordedCount === 0 && this.seats.size === 0 && this.recordedSeats.size === 0 && this.waiting === undefined;
  }
}
