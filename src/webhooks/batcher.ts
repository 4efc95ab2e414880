import { createDelivery, type Delivery, type OutgoingEvent, type Target } from './delivery.ts';
import type { WebhookSettings } from './settings.ts';
import type { Timers } from './timers.ts';

interface BatcherOptions {
  readonly timers: Timers;
  readonly settings: Pick<WebhookSettings, 'batchMilliseconds' | 'batchEvents' | 'batchBytes'>;
  readonly send: (delivery: Delivery) => void;
}

interface Batch {
  readonly target: Target;
  readonly events: OutgoingEvent[];
  bytes: number;
  readonly stopTimer: () => void;
}

/** What surrounds the events of a body: `{"time_ms":1700000000000,"events":[]}`. */
const frameBytes = 40;

/** Gathers events into requests, per app and endpoint: by time, number and size for endpoints with `batch`, one by one for the others. */
export class Batcher {
  readonly #options: BatcherOptions;
  readonly #batches = new Map<string, Batch>();

  constructor(options: BatcherOptions) {
    this.#options = options;
  }

  /** Events that wait for their request. */
  get size(): number {
    let events = 0;
    for (const batch of this.#batches.values()) events += batch.events.length;
    return events;
  }

  add(target: Target, event: OutgoingEvent): void {
    if (!target.endpoint.batch) return this.#options.send(createDelivery(target, [event]));
    const { batchEvents, batchBytes } = this.#options.settings;
    const bytes = Buffer.byteLength(event.json) + 1;
    const full = this.#batches.get(target.key);
    if (full !== undefined && full.bytes + bytes > batchBytes) this.#send(full);
    const batch = this.#batches.get(target.key) ?? this.#open(target);
    batch.events.push(event);
    batch.bytes += bytes;
    if (batch.events.length >= batchEvents) this.#send(batch);
  }

  /** Sends what waits now. */
  flush(): void {
    for (const batch of this.#batches.values()) this.#send(batch);
  }

  #open(target: Target): Batch {
    const stopTimer = this.#options.timers.after(this.#options.settings.batchMilliseconds, () => this.#send(batch));
    const batch: Batch = { target, events: [], bytes: frameBytes, stopTimer };
    this.#batches.set(target.key, batch);
    return batch;
  }

  #send(batch: Batch): void {
    batch.stopTimer();
    this.#batches.delete(batch.target.key);
    this.#options.send(createDelivery(batch.target, batch.events));
  }
}
