import type { ClusterCounters } from '../../core/cluster-counters.ts';
import type { Broker, BrokerMessage, Clock, Envelope, ReceiveBatch } from '../../core/ports.ts';
import type { Link } from './link.ts';

interface WorkerBrokerOptions {
  readonly link: Link;
  readonly receive: ReceiveBatch;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly counters: Pick<ClusterCounters, 'batchMessages' | 'lagSeconds' | 'unconfirmed'>;
}

/** What is published in one tick, and the answer that its publishers wait for. */
interface Gathering {
  readonly messages: BrokerMessage[];
  readonly published: Promise<null>;
}

/** Carries batches to all workers by way of their parent, who puts them into one order. What is published in one tick shares a call. */
export class WorkerBroker implements Broker {
  readonly #options: WorkerBrokerOptions;
  #gathering: Gathering | undefined;
  /** When the batch that comes next was published here; `undefined` when it was not. */
  #since: number | undefined;

  constructor(options: WorkerBrokerOptions) {
    this.#options = options;
    const { link } = options;
    link.on('own', (since) => {
      this.#since = since;
    });
    link.on('batch', (batch) => this.#receive(batch));
  }

  async publish(batch: readonly BrokerMessage[]): Promise<void> {
    this.#gathering ??= this.#gather();
    this.#gathering.messages.push(...batch);
    await this.#gathering.published;
  }

  /** A worker that is cut off from its parent ends, so there is no outage to live through. */
  async relay(envelope: Envelope): Promise<void> {
    if (this.#options.link.isUp) await this.publish([envelope]);
  }

  outageMilliseconds(): number {
    return this.#options.link.isUp ? 0 : Number.POSITIVE_INFINITY;
  }

  #gather(): Gathering {
    const { link, clock, counters } = this.#options;
    const messages: BrokerMessage[] = [];
    const since = clock.monotonic();
    const published = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      this.#gathering = undefined;
      counters.batchMessages.observe(messages.length);
      return link.call('publish', messages, since);
    });
    published.catch(() => {
      counters.unconfirmed += 1;
    });
    return { messages, published };
  }

  #receive(batch: readonly BrokerMessage[]): void {
    const { clock, counters, receive } = this.#options;
    const since = this.#since;
    this.#since = undefined;
    if (since !== undefined) counters.lagSeconds.observe((clock.monotonic() - since) / 1000);
    receive(batch, since);
  }
}
