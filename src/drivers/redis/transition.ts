import type { Announcement, ChannelAddress } from '../../core/ports.ts';
import type { Member } from '../../protocol/member.ts';

/** A change that a script announces, about the channel with this key (APP/NAME). */
export type Transition =
  | { readonly type: 'occupied' | 'vacated'; readonly channel: string }
  | { readonly type: 'counted'; readonly channel: string; readonly subscriptions: number }
  /** `before` is the number of the message that changed the roster before this one; 0 for none. */
  | { readonly type: 'member_added'; readonly channel: string; readonly before: number; readonly member: Member }
  | { readonly type: 'member_removed'; readonly channel: string; readonly before: number; readonly userId: string };

/** A change of a roster. */
export type RosterChange = Extract<Transition, { before: number }>;

const types: readonly (Transition['type'] | undefined)[] = [undefined, 'occupied', 'vacated', 'counted', 'member_added', 'member_removed'];

/** The rest of an announcing message after its header. `undefined` unless it is whole. */
export function decodeTransitions(bytes: Buffer, start: number): readonly Transition[] | undefined {
  const reader = new Reader(bytes, start);
  const transitions: Transition[] = [];
  try {
    while (!reader.isAtEnd) {
      const transition = readTransition(reader);
      if (transition === undefined) return undefined;
      transitions.push(transition);
    }
  } catch (error) {
    if (error instanceof RangeError) return undefined; // it ends in the middle
    throw error;
  }
  return transitions;
}

/** What a node tells of a transition in the channel at this address. */
export function announcementOf(address: ChannelAddress, transition: Transition): Announcement {
  switch (transition.type) {
    case 'occupied':
    case 'vacated':
      return { type: transition.type, address };
    case 'counted':
      return { type: 'counted', address, subscriptions: transition.subscriptions };
    case 'member_added':
      return { type: 'member_added', address, member: transition.member };
    case 'member_removed':
      return { type: 'member_removed', address, userId: transition.userId };
  }
}

function readTransition(reader: Reader): Transition | undefined {
  const type = types[reader.byte()];
  if (type === undefined) return undefined;
  const channel = reader.text(reader.short());
  if (!channel.includes('/')) return undefined;
  if (type === 'occupied' || type === 'vacated') return { type, channel };
  if (type === 'counted') return { type, channel, subscriptions: reader.long() };
  const before = reader.double();
  const userId = reader.text(reader.short());
  const userInfo = reader.text(reader.long());
  if (type === 'member_removed') return { type, channel, before, userId };
  return isJson(userInfo) ? { type, channel, before, member: { userId, userInfo } } : undefined;
}

/** It goes into frames as it is. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Reads one field after the other; throws a RangeError behind the end. */
class Reader {
  readonly #bytes: Buffer;
  #offset: number;

  constructor(bytes: Buffer, offset: number) {
    this.#bytes = bytes;
    this.#offset = offset;
  }

  get isAtEnd(): boolean {
    return this.#offset === this.#bytes.length;
  }

  byte(): number {
    return this.#bytes.readUInt8(this.#advance(1));
  }

  short(): number {
    return this.#bytes.readUInt16BE(this.#advance(2));
  }

  long(): number {
    return this.#bytes.readUInt32BE(this.#advance(4));
  }

  double(): number {
    return this.#bytes.readDoubleBE(this.#advance(8));
  }

  text(bytes: number): string {
    const start = this.#advance(bytes);
    return this.#bytes.toString('utf8', start, this.#offset);
  }

  #advance(bytes: number): number {
    const start = this.#offset;
    this.#offset += bytes;
    if (this.#offset > this.#bytes.length) throw new RangeError('the message ends in the middle of a field');
    return start;
  }
}
