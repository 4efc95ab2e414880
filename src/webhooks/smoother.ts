import type { WebhookFact } from '../core/events.ts';
import type { Clock, QueuedFact } from '../core/ports.ts';
import { OrderedSet } from './ordered-set.ts';
import type { Timers } from './timers.ts';
import { type Waiting, WaitingLine } from './waiting-line.ts';

/** Channels that are let go without a pause. */
const maxLinesAtOnce = 500;

interface SmootherOptions<Fact extends QueuedFact> {
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly timers: Timers;
  readonly delayMilliseconds: number;
  /** Facts that may wait; more push the oldest on before its time. */
  readonly maxWaiting: number;
  /** Receives what is to be sent. */
  readonly pass: (queued: Fact) => void;
  /** Receives facts that shall not be sent: two that cancel each other out, or one that repeats another. */
  readonly drop: (facts: readonly Fact[]) => void;
}

/**
 * Spares endpoints the noise of page reloads (protocol clause 7): `channel_vacated` and `member_removed` wait, and vanish together with the
 * matching `channel_occupied` or `member_added` when the client is back. What depends on a fact that waits is not sent before it, so per
 * channel and per user the facts that remain keep their order, and none is late by more than the delay.
 */
export class Smoother<Fact extends QueuedFact> {
  readonly #options: SmootherOptions<Fact>;
  readonly #lines = new Map<string, WaitingLine<Fact>>();
  /** What waits for its time, in the order of that time, because the delay is the same for all. */
  readonly #delayed = new OrderedSet<Waiting<Fact>>();
  #waiting = 0;
  #stopTimer: (() => void) | undefined;

  constructor(options: SmootherOptions<Fact>) {
    this.#options = options;
  }

  /** Facts that wait now. */
  get size(): number {
    return this.#waiting;
  }

  take(queued: Fact): void {
    const { fact } = queued;
    const key = `${fact.appId}/${fact.channel}`; // app ids have no slash
    const line = this.#lines.get(key);
    const left = line?.takeOpposite(fact);
    if (left !== undefined) return this.#cancel(left, queued);
    if (line?.repeats(fact)) this.#options.drop([queued]);
    else if (isDeparture(fact) && this.#options.delayMilliseconds > 0) this.#delay(line ?? this.#open(key), queued);
    else if (line?.holdsBack(fact)) this.#wait({ queued, line, dueAt: Number.NEGATIVE_INFINITY });
    else this.#options.pass(queued);
  }

  /** Passes everything on now, as if its time had come. */
  flush(): void {
    for (let oldest = this.#delayed.first; oldest !== undefined; oldest = this.#delayed.first) this.#advance(oldest.line, Number.POSITIVE_INFINITY);
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }

  #open(key: string): WaitingLine<Fact> {
    const line = new WaitingLine<Fact>(key);
    this.#lines.set(key, line);
    return line;
  }

  #delay(line: WaitingLine<Fact>, queued: Fact): void {
    const waiting: Waiting<Fact> = { queued, line, dueAt: this.#options.clock.monotonic() + this.#options.delayMilliseconds };
    this.#delayed.add(waiting);
    this.#wait(waiting);
    this.#schedule();
  }

  #wait(waiting: Waiting<Fact>): void {
    waiting.line.add(waiting);
    this.#waiting += 1;
    const oldest = this.#delayed.first; // at the front of its own line
    if (this.#waiting > this.#options.maxWaiting && oldest !== undefined) this.#advance(oldest.line, oldest.dueAt);
  }

  #cancel(left: Waiting<Fact>, back: Fact): void {
    this.#delayed.delete(left);
    this.#waiting -= 1;
    this.#options.drop([left.queued, back]);
    this.#advance(left.line, this.#options.clock.monotonic());
  }

  /** Lets go, from the front, of what is due by `time` and of what was only held back by it. */
  #advance(line: WaitingLine<Fact>, time: number): void {
    for (const waiting of line.takeDue(time)) {
      this.#delayed.delete(waiting);
      this.#waiting -= 1;
      this.#options.pass(waiting.queued);
    }
    if (line.isEmpty) this.#lines.delete(line.key);
  }

  #schedule(): void {
    const oldest = this.#delayed.first;
    if (this.#stopTimer !== undefined || oldest === undefined) return;
    const delay = Math.max(1, Math.ceil(oldest.dueAt - this.#options.clock.monotonic())); // timers may run a little early: then it waits again
    this.#stopTimer = this.#options.timers.after(delay, () => {
      this.#stopTimer = undefined;
      this.#release(this.#options.clock.monotonic());
      this.#schedule();
    });
  }

  /** A part of what is due, if it is much; the rest follows a millisecond later, so that the process can do something else. */
  #release(time: number): void {
    for (let lines = 0; lines < maxLinesAtOnce; lines += 1) {
      const oldest = this.#delayed.first;
      if (oldest === undefined || oldest.dueAt > time) return;
      this.#advance(oldest.line, time);
    }
  }
}

function isDeparture({ type }: WebhookFact): boolean {
  return type === 'channel_vacated' || type === 'member_removed';
}
