import type { WebhookFact } from '../core/events.ts';
import type { Clock, QueuedFact } from '../core/ports.ts';
import type { Timers } from './timers.ts';
import { type Waiting, WaitingLine } from './waiting-line.ts';

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
  readonly #delayed = new Map<Waiting<Fact>, string>();
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
    if (line !== undefined && left !== undefined) return this.#cancel(key, line, left, queued);
    if (line?.repeats(fact)) this.#options.drop([queued]);
    else if (isDeparture(fact) && this.#options.delayMilliseconds > 0) this.#wait(key, queued, this.#options.delayMilliseconds);
    else if (line?.holdsBack(fact)) this.#wait(key, queued, undefined);
    else this.#options.pass(queued);
  }

  /** Passes everything on now, as if its time had come. */
  flush(): void {
    this.#release(Number.POSITIVE_INFINITY);
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }

  #wait(key: string, queued: Fact, delayMilliseconds: number | undefined): void {
    const line = this.#lines.get(key) ?? new WaitingLine<Fact>();
    this.#lines.set(key, line);
    const dueAt = delayMilliseconds === undefined ? Number.NEGATIVE_INFINITY : this.#options.clock.monotonic() + delayMilliseconds;
    const waiting: Waiting<Fact> = { queued, dueAt };
    line.add(waiting);
    this.#waiting += 1;
    if (delayMilliseconds !== undefined) this.#delayed.set(waiting, key);
    if (this.#waiting > this.#options.maxWaiting) this.#releaseOldest();
    this.#schedule();
  }

  #cancel(key: string, line: WaitingLine<Fact>, left: Waiting<Fact>, back: Fact): void {
    this.#delayed.delete(left);
    this.#waiting -= 1;
    this.#options.drop([left.queued, back]);
    this.#advance(key, line, this.#options.clock.monotonic());
  }

  /** Lets go, from the front, of what is due by `time` and of what was only held back by it. */
  #advance(key: string, line: WaitingLine<Fact>, time: number): void {
    for (const waiting of line.takeDue(time)) {
      this.#delayed.delete(waiting);
      this.#waiting -= 1;
      this.#options.pass(waiting.queued);
    }
    if (line.isEmpty) this.#lines.delete(key);
  }

  #release(time: number): void {
    for (const [waiting, key] of this.#delayed) {
      if (waiting.dueAt > time) break;
      this.#releaseLine(key, time);
    }
  }

  /** What waits longest of all is at the front of its own line. */
  #releaseOldest(): void {
    const [oldest] = this.#delayed;
    if (oldest !== undefined) this.#releaseLine(oldest[1], oldest[0].dueAt);
  }

  #releaseLine(key: string, time: number): void {
    const line = this.#lines.get(key);
    if (line !== undefined) this.#advance(key, line, time);
  }

  #schedule(): void {
    const [oldest] = this.#delayed.keys();
    if (this.#stopTimer !== undefined || oldest === undefined) return;
    const delay = Math.max(1, Math.ceil(oldest.dueAt - this.#options.clock.monotonic())); // timers may run a little early: then it waits again
    this.#stopTimer = this.#options.timers.after(delay, () => {
      this.#stopTimer = undefined;
      this.#release(this.#options.clock.monotonic());
      this.#schedule();
    });
  }
}

function isDeparture({ type }: WebhookFact): boolean {
  return type === 'channel_vacated' || type === 'member_removed';
}
