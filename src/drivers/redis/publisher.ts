import type { ClusterCounters } from '../../core/cluster-counters.ts';
import { type BrokerMessage, BrokerUnavailable, type Log } from '../../core/ports.ts';
import { type Batch, encodeBatch, encodeControl } from './batch.ts';
import type { PartitionHealth } from './partition-health.ts';
import type { PartitionLink } from './partition-link.ts';
import { pause } from './pause.ts';

/** Messages that go out together or not at all. */
interface Parcel {
  readonly messages: readonly BrokerMessage[];
  /** Whether the sender delivers them on this node itself when they are given up. */
  readonly isRelay: boolean;
  /** When they came, in milliseconds; of those that wait together the first alone is timed. */
  readonly since: number | undefined;
  /** A key under which they are published once; then no others share their batch. */
  readonly once: string | undefined;
  readonly size: number;
  readonly resolve: () => void;
  readonly reject: (error: BrokerUnavailable) => void;
}

interface PublishOptions {
  readonly isRelay?: boolean;
  readonly once?: string | undefined;
}

interface PublisherOptions {
  /** This process, for as long as it lives. */
  readonly origin: string;
  readonly link: PartitionLink;
  readonly health: PartitionHealth;
  readonly log: Pick<Log, 'warn'>;
  readonly counters: Pick<ClusterCounters, 'batchMessages' | 'lagSeconds' | 'unconfirmed'>;
  readonly monotonic: () => number;
  /** The batch with this number was given up and may arrive all the same, although the messages at these positions are delivered here by other means. */
  readonly givenUp: (number: number, relayed: ReadonlySet<number>) => void;
}

const retryMilliseconds = 2000;
const retryPauseMilliseconds = 50;
const maxBatchSize = 256 * 1024;
/** What may wait for its turn, in characters; more is refused. */
const maxWaitingSize = 16 * 1024 * 1024;

/**
 * Sends the messages of a partition in numbered batches, one at a time. What comes while one is under way forms the next, so that a batch has
 * the more messages the more there is to do.
 */
export class Publisher {
  readonly #options: PublisherOptions;
  #waiting: Parcel[] = [];
  #waitingSize = 0;
  #number = 0;
  /** When the first message of the batch with this number came. */
  #since: number | undefined;
  /** The last batch that came back to this node: whatever became of the answer, Redis has accepted it. */
  #arrived = 0;
  #isBusy = false;

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  /** Resolves when Redis accepted all messages. Rejects with BrokerUnavailable when it did not, or did not say so. */
  publish(messages: readonly BrokerMessage[], { isRelay = false, once }: PublishOptions = {}): Promise<void> {
    const { health, monotonic } = this.#options;
    if (!health.isUp) return Promise.reject(new BrokerUnavailable('Redis is out of reach: nothing was sent'));
    if (this.#waitingSize > maxWaitingSize) return Promise.reject(new BrokerUnavailable('Redis is too slow: nothing was sent'));
    return new Promise((resolve, reject) => {
      const since = this.#waiting.length === 0 ? monotonic() : undefined;
      const parcel = { messages, isRelay, since, once, size: sizeOf(messages), resolve, reject };
      this.#waiting.push(parcel);
      this.#waitingSize += parcel.size;
      if (this.#isBusy) return;
      this.#isBusy = true;
      // At the end of the tick, so that what is published in it shares a batch.
      setImmediate(() => void this.#work());
    });
  }

  /** The batch with this number came back. Returns when its first message was published, in milliseconds, unless it was given up meanwhile. */
  arrived(number: number): number | undefined {
    this.#arrived = number;
    if (number !== this.#number || this.#since === undefined) return undefined;
    const { counters, monotonic } = this.#options;
    counters.lagSeconds.observe((monotonic() - this.#since) / 1000);
    return this.#since;
  }

  async #work(): Promise<void> {
    while (this.#waiting.length > 0) {
      const parcels = this.#takeParcels();
      this.#number += 1;
      this.#since = parcels[0]?.since;
      const batch: Batch = { number: this.#number, messages: messagesOf(parcels) };
      this.#options.counters.batchMessages.observe(batch.messages.length);
      const failure = await this.#send(batch, parcels[0]?.once ?? '');
      if (failure === undefined) {
        for (const { resolve } of parcels) resolve();
        continue;
      }
      this.#options.counters.unconfirmed += 1;
      this.#options.givenUp(batch.number, relayedPositions(parcels));
      for (const { reject } of parcels) reject(new BrokerUnavailable('Redis did not confirm', { cause: failure }));
      if (!this.#options.health.isUp) this.#refuseWaiting();
    }
    this.#isBusy = false;
  }

  #takeParcels(): readonly Parcel[] {
    let size = 0;
    let count = 0;
    for (const parcel of this.#waiting) {
      if (count > 0 && (parcel.once !== undefined || size + parcel.size > maxBatchSize)) break;
      size += parcel.size;
      count += 1;
      if (parcel.once !== undefined) break;
    }
    this.#waitingSize -= size;
    return this.#waiting.splice(0, count);
  }

  /** Returns the last error when Redis did not accept the batch in time. */
  async #send(batch: Batch, once: string): Promise<unknown> {
    const { origin, link, log, monotonic } = this.#options;
    const endsAt = monotonic() + retryMilliseconds;
    const controls = controlsOf(batch.messages);
    let encoded: string | undefined;
    for (;;) {
      try {
        encoded ??= encodeBatch(origin, batch);
        await link.run('publish', [encoded, once, ...controls]);
        return undefined;
      } catch (error) {
        if (this.#arrived === batch.number) return undefined;
        if (encoded !== undefined && monotonic() + retryPauseMilliseconds < endsAt) {
          await pause(retryPauseMilliseconds);
          continue;
        }
        log.warn({ err: error, messages: batch.messages.length }, 'events were not confirmed by redis');
        return error ?? new Error('unknown failure');
      }
    }
  }

  #refuseWaiting(): void {
    const refused = this.#waiting;
    this.#waiting = [];
    this.#waitingSize = 0;
    for (const { reject } of refused) reject(new BrokerUnavailable('Redis is out of reach: nothing was sent'));
  }
}

function messagesOf(parcels: readonly Parcel[]): readonly BrokerMessage[] {
  const all: BrokerMessage[] = [];
  for (const { messages } of parcels) for (const message of messages) all.push(message);
  return all;
}

function controlsOf(messages: readonly BrokerMessage[]): readonly string[] {
  const controls: string[] = [];
  for (const message of messages) {
    const control = encodeControl(message);
    if (control !== undefined) controls.push(control);
  }
  return controls;
}

function relayedPositions(parcels: readonly Parcel[]): ReadonlySet<number> {
  const flags = parcels.flatMap(({ messages, isRelay }) => messages.map(() => isRelay));
  return new Set(flags.flatMap((isRelay, position) => (isRelay ? [position] : [])));
}

function sizeOf(messages: readonly BrokerMessage[]): number {
  let size = 0;
  for (const message of messages) size += 'type' in message ? message.userId.length : message.topic.length + message.frame.length;
  return size;
}
