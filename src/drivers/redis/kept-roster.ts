import { Roster } from '../../core/roster.ts';
import type { Member } from '../../protocol/member.ts';
import type { RosterChange } from './transition.ts';

/** A roster as Redis had it after the message `sequence`. */
export interface RosterSnapshot {
  readonly sequence: number;
  /** The number of the message that changed it last. */
  readonly version: number;
  /** user -> user_info */
  readonly members: ReadonlyMap<string, string>;
}

/** What becomes of an announced change. */
export type Outcome = 'changed' | 'unchanged' | 'stale';

/** What the subscribers have to be told so that they see what the roster has become. */
export interface Difference {
  readonly added: readonly Member[];
  readonly removed: readonly string[];
}

/**
 * A channel's roster on this node. Only announcements and snapshots change it. Each announced change names the one before it: where that is
 * not the last one known, the roster is stale, and stays as it is until it is read anew.
 */
export class KeptRoster {
  /** The living roster that joiners are shown. */
  readonly roster = new Roster();
  readonly #members = new Map<string, string>();
  /** Users whom Redis lost with its data, and whom another node may still bring back. */
  readonly #doubtful = new Set<string>();
  #version = 0;
  /** The last announcing message that was applied: it may hold several changes. */
  #applied = 0;
  #sequence = 0;
  #bornAt = 0;
  isStale = false;

  get version(): number {
    return this.#version;
  }

  /** The number as of which it was read: it contains every change up to there. */
  get sequence(): number {
    return this.#sequence;
  }

  /** The number as of which it was read when nobody here could know it yet; 0 once it was read again. */
  get bornAt(): number {
    return this.#bornAt;
  }

  get doubtful(): ReadonlySet<string> {
    return this.#doubtful;
  }

  apply(sequence: number, change: RosterChange): Outcome {
    const isKnown = sequence < this.#version || (sequence === this.#version && sequence !== this.#applied);
    if (isKnown || this.isStale) return 'unchanged'; // a snapshot had it, or will have it
    if (change.before !== this.#version) {
      this.isStale = true;
      return 'stale';
    }
    this.#version = sequence;
    this.#applied = sequence;
    return this.#change(change) ? 'changed' : 'unchanged';
  }

  /** Becomes what the snapshot says. With `isAdditive` nobody is removed yet: whoever is missing is doubtful. */
  adopt({ sequence, version, members }: RosterSnapshot, isAdditive: boolean): Difference {
    this.#bornAt = this.#sequence === 0 ? sequence : 0;
    this.#sequence = sequence;
    this.#version = version;
    this.isStale = false;
    this.#doubtful.clear();
    const added: Member[] = [];
    const removed: string[] = [];
    for (const [userId, userInfo] of members) if (this.#adoptMember(userId, userInfo)) added.push({ userId, userInfo });
    for (const userId of this.#members.keys()) {
      if (members.has(userId)) continue;
      if (isAdditive) this.#doubtful.add(userId);
      else removed.push(userId);
    }
    for (const userId of removed) this.#remove(userId);
    return { added, removed };
  }

  #change(change: RosterChange): boolean {
    if (change.type === 'member_removed') return this.#remove(change.userId);
    const { userId } = change.member;
    this.#doubtful.delete(userId);
    if (this.#members.has(userId)) return false;
    this.#members.set(userId, change.member.userInfo);
    this.roster.add(change.member);
    return true;
  }

  #remove(userId: string): boolean {
    this.#doubtful.delete(userId);
    this.#members.delete(userId);
    return this.roster.remove(userId);
  }

  /** Whether the user is new. Another `user_info` for a user who is there is what newcomers see; those who saw the user are told nothing. */
  #adoptMember(userId: string, userInfo: string): boolean {
    const known = this.#members.get(userId);
    if (known === userInfo) return false;
    if (known !== undefined) this.roster.remove(userId);
    this.#members.set(userId, userInfo);
    this.roster.add({ userId, userInfo });
    return known === undefined;
  }
}
