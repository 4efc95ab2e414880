import type { Clock } from '../core/ports.ts';
import type { Delivery, Outcome, Target } from './delivery.ts';
import { type EndpointObserver, EndpointQueue } from './endpoint-queue.ts';
import type { WebhookSettings } from './settings.ts';
import type { Timers } from './timers.ts';

interface SenderOptions {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: () => number;
  readonly settings: WebhookSettings;
  /** Never rejects. */
  readonly attempt: (delivery: Delivery) => Promise<Outcome>;
  /** Ends the attempts that are under way; they fail. */
  readonly abort: () => void;
  readonly observe: (target: Target) => Omit<EndpointObserver, 'emptied'>;
}

/** Gives each endpoint a queue of its own for as long as something waits for it, so that a dead endpoint delays no other. */
export class Sender {
  readonly #options: SenderOptions;
  readonly #queues = new Map<string, EndpointQueue>();
  #emptied: (() => void) | undefined;

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  /** Events that are neither accepted nor given up. */
  get size(): number {
    let events = 0;
    for (const queue of this.#queues.values()) events += queue.size;
    return events;
  }

  /** The time of the event that has waited longest, in milliseconds since the epoch; undefined when none waits. */
  get oldestAt(): number | undefined {
    const times = [...this.#queues.values()].flatMap(({ oldestAt }) => oldestAt ?? []);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  send(delivery: Delivery): void {
    const { key } = delivery.target;
    const queue = this.#queues.get(key) ?? this.#open(delivery.target);
    queue.push(delivery);
  }

  /** Sends what waits for so long, then ends what is under way. Resolves when nothing is left; never rejects. */
  async close(milliseconds: number): Promise<void> {
    for (const queue of [...this.#queues.values()]) queue.drain();
    if (this.#queues.size === 0) return;
    const emptied = new Promise<void>((resolve) => {
      this.#emptied = resolve;
    });
    const stopTimer = this.#options.timers.after(milliseconds, () => {
      for (const queue of [...this.#queues.values()]) queue.end();
      this.#options.abort();
    });
    await emptied;
    stopTimer();
  }

  #open(target: Target): EndpointQueue {
    const { key } = target;
    const emptied = (): void => {
      this.#queues.delete(key);
      if (this.#queues.size === 0) this.#emptied?.();
    };
    const queue = new EndpointQueue({ ...this.#options, observer: { ...this.#options.observe(target), emptied } });
    this.#queues.set(key, queue);
    return queue;
  }
}
