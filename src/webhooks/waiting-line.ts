import type { WebhookFact } from '../core/events.ts';
import type { QueuedFact } from '../core/ports.ts';

/** A fact that is not sent yet. */
export interface Waiting<Fact extends QueuedFact> {
  readonly queued: Fact;
  readonly line: WaitingLine<Fact>;
  /** Monotonic milliseconds; minus infinity for what only waits for those in front of it. */
  readonly dueAt: number;
}

/** The facts of one channel that wait, in their order. */
export class WaitingLine<Fact extends QueuedFact> {
  /** The channel. */
  readonly key: string;
  readonly #entries = new Map<string, Waiting<Fact>>();
  /** Entries that hold back everything behind them: all but `member_removed`, which concerns one user. */
  #barriers = 0;

  constructor(key: string) {
    this.key = key;
  }

  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  add(waiting: Waiting<Fact>): void {
    this.#entries.set(departureKey(waiting.queued.fact) ?? `held ${waiting.queued.id}`, waiting);
    if (isBarrier(waiting)) this.#barriers += 1;
  }

  /** Whether the same departure waits already. */
  repeats(fact: WebhookFact): boolean {
    const key = departureKey(fact);
    return key !== undefined && this.#entries.has(key);
  }

  /** Whether sending the fact now would overtake one that it depends on: the channel as a whole depends on all, a user on the same user. */
  holdsBack(fact: WebhookFact): boolean {
    if (this.#barriers > 0 || fact.type === 'channel_occupied') return true;
    return 'userId' in fact && this.#entries.has(memberKey(fact.userId ?? ''));
  }

  /** Takes out the departure that an arrival undoes. */
  takeOpposite(fact: WebhookFact): Waiting<Fact> | undefined {
    const key = fact.type === 'channel_occupied' ? channelKey : fact.type === 'member_added' ? memberKey(fact.userId) : undefined;
    const waiting = key === undefined ? undefined : this.#entries.get(key);
    if (key !== undefined && waiting !== undefined) this.#remove(key, waiting);
    return waiting;
  }

  /** Takes out what is due by `time`, up to the first that is not. */
  takeDue(time: number): readonly Waiting<Fact>[] {
    const due: Waiting<Fact>[] = [];
    for (const [key, waiting] of this.#entries) {
      if (waiting.dueAt > time) break;
      this.#remove(key, waiting);
      due.push(waiting);
    }
    return due;
  }

  #remove(key: string, waiting: Waiting<Fact>): void {
    this.#entries.delete(key);
    if (isBarrier(waiting)) this.#barriers -= 1;
  }
}

const channelKey = 'vacated';

function memberKey(userId: string): string {
  return `member ${userId}`;
}

function departureKey(fact: WebhookFact): string | undefined {
  if (fact.type === 'channel_vacated') return channelKey;
  return fact.type === 'member_removed' ? memberKey(fact.userId) : undefined;
}

function isBarrier({ queued }: Waiting<QueuedFact>): boolean {
  return queued.fact.type !== 'member_removed';
}
