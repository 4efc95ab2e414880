import type { Broker, BrokerMessage, Envelope, ReceiveBatch } from '../../core/ports.ts';
import type { Link } from './link.ts';

/** What is published in one tick, and the answer that its publishers wait for. */
interface Gathering {
  readonly messages: BrokerMessage[];
  readonly published: Promise<null>;
}

/** Carries batches to all workers by way of their parent, who puts them into one order. What is published in one tick shares a call. */
export class WorkerBroker implements Broker {
  readonly #link: Link;
  #gathering: Gathering | undefined;

  constructor(link: Link, receive: ReceiveBatch) {
    this.#link = link;
    link.on('batch', receive);
  }

  async publish(batch: readonly BrokerMessage[]): Promise<void> {
    this.#gathering ??= this.#gather();
    this.#gathering.messages.push(...batch);
    await this.#gathering.published;
  }

  /** A worker that is cut off from its parent ends, so there is no outage to live through. */
  async relay(envelope: Envelope): Promise<void> {
    if (this.#link.isUp) await this.publish([envelope]);
  }

  outageMilliseconds(): number {
    return this.#link.isUp ? 0 : Number.POSITIVE_INFINITY;
  }

  #gather(): Gathering {
    const messages: BrokerMessage[] = [];
    const published = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      this.#gathering = undefined;
      return this.#link.call('publish', messages);
    });
    return { messages, published };
  }
}
