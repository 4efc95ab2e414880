/** Numbers that a node did not receive: those between the two, neither included. */
export interface Gap {
  readonly after: number;
  readonly before: number;
  /** How many messages were lost; 1 where that cannot be told. */
  readonly lost: number;
}

/** A jump by more than this is no loss of so many messages but a Redis that lost its data. */
const maxPlausibleLoss = 1_000_000;

/** How far a node has received the messages of a partition, which are numbered without gaps. */
export class StreamPosition {
  #last: number | undefined;
  /** Whether the last number came from the stream itself: what an answer of Redis tells may be ahead of the messages on their way. */
  #isExact = false;

  /** The number of the last message received; 0 before the first. */
  get last(): number {
    return this.#last ?? 0;
  }

  /** A message came. Tells what is missing before it, if something is. */
  advance(sequence: number): Gap | undefined {
    const last = this.#last;
    const isExact = this.#isExact;
    this.#last = sequence;
    this.#isExact = true;
    if (last === undefined || sequence === last + 1) return undefined;
    if (sequence <= last) return isExact ? { after: 0, before: sequence, lost: 1 } : undefined;
    return gap(last, sequence);
  }

  /** Redis says where the stream begins for this node. */
  start(sequence: number): void {
    if (this.#last !== undefined) return;
    this.#last = sequence;
    this.#isExact = false;
  }

  /** Redis said a while ago that the stream had come so far: what was not received since will not come. */
  expect(sequence: number): Gap | undefined {
    const last = this.#last;
    if (last === undefined || sequence <= last) return undefined;
    this.#last = sequence;
    this.#isExact = false;
    return gap(last, sequence + 1);
  }
}

function gap(after: number, before: number): Gap {
  const lost = before - after - 1;
  return { after, before, lost: lost > maxPlausibleLoss ? 1 : lost };
}
