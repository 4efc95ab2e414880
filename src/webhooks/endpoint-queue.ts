import { Breaker } from '../core/breaker.ts';
import type { Clock } from '../core/ports.ts';
import { backoffMilliseconds } from './backoff.ts';
import { type Delivery, loadOf, type Outcome } from './delivery.ts';
import { type Entry, Lane } from './lane.ts';
import { OrderedSet } from './ordered-set.ts';
import type { WebhookSettings } from './settings.ts';
import type { Timers } from './timers.ts';

/** What the queue of an endpoint tells. */
export interface EndpointObserver {
  delivered(delivery: Delivery): void;
  /** Another node has it now. */
  takenOver(delivery: Delivery): void;
  /** An attempt failed. */
  failed(delivery: Delivery, reason: string): void;
  givenUp(delivery: Delivery, reason: string, attempts: number): void;
  /** The server ends before the delivery was made or given up. */
  left(delivery: Delivery, reason: string, attempts: number): void;
  /** The endpoint is left alone for a while, or is back. */
  tripped(isTripped: boolean, reason: string): void;
  /** Nothing is left. */
  emptied(): void;
}

interface EndpointQueueOptions {
  readonly clock: Clock;
  readonly timers: Timers;
  /** Between 0 and 1. */
  readonly random: () => number;
  readonly settings: Pick<WebhookSettings, 'timeoutMilliseconds' | 'retrySeconds' | 'breakerFailures' | 'breakerSeconds' | 'queueEvents'>;
  /** Never rejects. */
  readonly attempt: (delivery: Delivery) => Promise<Outcome>;
  readonly observer: EndpointObserver;
}

/** Requests under way at once to one endpoint, never two of one channel. */
const maxRequests = 8;

/**
 * What waits for one endpoint. Deliveries of a channel are made one after the other, the next only when the one before was accepted or given
 * up; channels do not wait for each other. Batches carry many channels, so they all form one sequence.
 */
export class EndpointQueue {
  readonly #options: EndpointQueueOptions;
  readonly #breaker: Breaker;
  readonly #lanes = new Map<string, Lane>();
  /** Lanes whose first delivery may be sent now. */
  readonly #ready = new OrderedSet<Lane>();
  /** Everything that is neither accepted nor given up, oldest first. */
  readonly #entries = new OrderedSet<Entry>();
  #events = 0;
  /** What `queueEvents` bounds. */
  #load = 0;
  #requests = 0;
  #stopTimer: (() => void) | undefined;
  #phase: 'open' | 'draining' | 'ended' = 'open';

  constructor(options: EndpointQueueOptions) {
    this.#options = options;
    const { breakerFailures, breakerSeconds } = options.settings;
    this.#breaker = new Breaker({ clock: options.clock, failures: breakerFailures, openMilliseconds: breakerSeconds * 1000 });
  }

  /** Events that are neither accepted nor given up. */
  get size(): number {
    return this.#events;
  }

  /** The time of the event that has waited longest, in milliseconds since the epoch. */
  get oldestAt(): number | undefined {
    return this.#entries.first?.delivery.at;
  }

  push(delivery: Delivery): void {
    const key = delivery.target.endpoint.batch ? '' : (delivery.events[0]?.channel ?? '');
    const lane = this.#lanes.get(key) ?? this.#addLane(key);
    const { retrySeconds, timeoutMilliseconds } = this.#options.settings;
    // However late it comes, and without retries too, there is time for one attempt.
    const giveUpAt = Math.max(delivery.at + retrySeconds * 1000, this.#options.clock.now() + timeoutMilliseconds);
    const entry: Entry = { delivery, lane, giveUpAt, load: loadOf(delivery), attempts: 0 };
    lane.entries.add(entry);
    this.#entries.add(entry);
    this.#events += delivery.events.length;
    this.#load += entry.load;
    this.#makeRoom(entry);
    this.#pump();
  }

  /** Tries at once what waits for another attempt, and leaves what a dead endpoint would not take anyway. */
  drain(): void {
    this.#phase = 'draining';
    this.#wakeLanes();
    if (this.#breaker.isTripped) this.#leaveAll('the endpoint is failing and the server stopped');
    this.#pump();
  }

  /** Makes no more attempts. */
  end(): void {
    this.#phase = 'ended';
    this.#leaveAll('the server stopped');
  }

  #addLane(key: string): Lane {
    const lane = new Lane(key);
    this.#lanes.set(key, lane);
    this.#ready.add(lane);
    return lane;
  }

  /** Starts what may be started. */
  #pump(): void {
    this.#expire();
    while (this.#requests < this.#breaker.allowed(maxRequests)) {
      const lane = this.#ready.first;
      const first = lane?.entries.first;
      if (lane === undefined || first === undefined) return;
      this.#ready.delete(lane);
      void this.#send(first); // ends in `#settle`, whatever happens
    }
    this.#wakeWhenClosed();
  }

  /** While the breaker is open nothing else would bring the queue back to life. */
  #wakeWhenClosed(): void {
    const delay = this.#breaker.remainingMilliseconds;
    if (this.#stopTimer !== undefined || delay === 0 || this.#entries.size === 0) return;
    this.#stopTimer = this.#options.timers.after(Math.ceil(delay), () => {
      this.#stopTimer = undefined;
      this.#pump();
    });
  }

  async #send(entry: Entry): Promise<void> {
    this.#requests += 1;
    entry.lane.sending = entry;
    entry.attempts += 1;
    const outcome = await this.#options.attempt(entry.delivery);
    entry.lane.sending = undefined;
    this.#requests -= 1;
    this.#settle(entry, outcome);
    if (this.#phase !== 'ended') this.#pump();
  }

  #settle(entry: Entry, outcome: Outcome): void {
    const { observer } = this.#options;
    switch (outcome.result) {
      case 'delivered':
        if (this.#breaker.succeeded()) this.#reopen();
        observer.delivered(entry.delivery);
        return this.#remove(entry);
      case 'taken over':
        observer.takenOver(entry.delivery);
        return this.#remove(entry);
      case 'refused':
        observer.failed(entry.delivery, outcome.reason);
        return this.#giveUp(entry, outcome.reason);
      case 'failed':
        observer.failed(entry.delivery, outcome.reason);
        return this.#retry(entry, outcome.reason);
    }
  }

  #retry(entry: Entry, reason: string): void {
    if (this.#phase === 'ended') return this.#leave(entry, reason);
    if (this.#breaker.failed()) this.#options.observer.tripped(true, reason);
    if (this.#phase === 'draining' && this.#breaker.isTripped) {
      this.#leave(entry, reason);
      return this.#leaveAll(reason);
    }
    // The last attempt ends before the window does: receivers refuse what is older.
    const remaining = entry.giveUpAt - this.#options.clock.now() - this.#options.settings.timeoutMilliseconds;
    if (remaining <= 0) return this.#giveUp(entry, reason);
    const delay = Math.min(remaining, backoffMilliseconds(entry.attempts, this.#options.random()));
    const callOff = this.#options.timers.after(delay, () => {
      this.#ready.add(entry.lane);
      this.#pump();
    });
    entry.lane.pause(callOff);
  }

  /** The endpoint is back: what waited for another attempt need not wait longer. */
  #reopen(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    this.#options.observer.tripped(false, 'an attempt succeeded');
    this.#wakeLanes();
  }

  #wakeLanes(): void {
    for (const lane of this.#lanes.values()) {
      lane.resume();
      if (lane.sending === undefined) this.#ready.add(lane);
    }
  }

  /** Gives up what has become too old, unless it is being sent. */
  #expire(): void {
    const now = this.#options.clock.now();
    for (const entry of this.#entries) {
      if (entry.giveUpAt > now) return;
      if (entry.lane.sending !== entry) this.#giveUp(entry, 'it became too old');
    }
  }

  #makeRoom(newest: Entry): void {
    for (const entry of this.#entries) {
      if (this.#load <= this.#options.settings.queueEvents || entry === newest) return;
      if (entry.lane.sending !== entry) this.#giveUp(entry, 'too many events wait for the endpoint');
    }
  }

  #giveUp(entry: Entry, reason: string): void {
    this.#options.observer.givenUp(entry.delivery, reason, entry.attempts);
    this.#remove(entry);
  }

  #leave(entry: Entry, reason: string): void {
    this.#options.observer.left(entry.delivery, reason, entry.attempts);
    this.#remove(entry);
  }

  #leaveAll(reason: string): void {
    for (const entry of this.#entries) if (entry.lane.sending !== entry) this.#leave(entry, reason);
  }

  #remove(entry: Entry): void {
    const { lane } = entry;
    const wasFirst = lane.entries.first === entry;
    lane.entries.delete(entry);
    this.#entries.delete(entry);
    this.#events -= entry.delivery.events.length;
    this.#load -= entry.load;
    if (wasFirst) this.#advance(lane);
    if (this.#entries.size > 0) return;
    this.#stopTimer?.();
    this.#options.observer.emptied();
  }

  /** The lane has another first delivery, or none. */
  #advance(lane: Lane): void {
    lane.resume();
    if (lane.entries.size > 0) {
      this.#ready.add(lane);
      return;
    }
    this.#ready.delete(lane);
    this.#lanes.delete(lane.key);
  }
}
