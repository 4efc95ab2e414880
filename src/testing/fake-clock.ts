import type { Clock } from '../core/ports.ts';

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

/** Time that moves only when a test says so: the clock port, and timers that run on it. */
export class FakeClock implements Clock {
  readonly #startedAt: number;
  readonly #timers = new Set<Timer>();
  #elapsed = 0;

  /** `startedAt` in milliseconds since the epoch. */
  constructor(startedAt = 1_700_000_000_000) {
    this.#startedAt = startedAt;
  }

  now(): number {
    return this.#startedAt + this.#elapsed;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  /** Runs something once time has moved on by so much. Returns the function that calls it off. */
  after(milliseconds: number, run: () => void): () => void {
    const timer: Timer = { at: this.#elapsed + Math.max(0, milliseconds), run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Timers that have not run and were not called off. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** Moves time on. Timers run in order, each at its own time; what one sets off in promises is done before the next. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#elapsed + milliseconds;
    await settled();
    for (let timer = this.#nextUntil(end); timer !== undefined; timer = this.#nextUntil(end)) {
      this.#timers.delete(timer);
      this.#elapsed = Math.max(this.#elapsed, timer.at);
      timer.run();
      await settled();
    }
    this.#elapsed = end;
  }

  #nextUntil(end: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) if (timer.at <= end && (next === undefined || timer.at < next.at)) next = timer;
    return next;
  }
}

/** Resolves after every promise that can settle without time or input has settled. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
