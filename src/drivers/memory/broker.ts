import type { Broker, BrokerMessage, Envelope, ReceiveBatch } from '../../core/ports.ts';

/** The broker of a node that runs alone: what is published arrives in the same tick. */
export class MemoryBroker implements Broker {
  readonly #receive: ReceiveBatch;

  constructor(receive: ReceiveBatch) {
    this.#receive = receive;
  }

  async publish(batch: readonly BrokerMessage[]): Promise<void> {
    this.#receive(batch);
  }

  async relay(envelope: Envelope): Promise<void> {
    this.#receive([envelope]);
  }

  outageMilliseconds(): number {
    return 0;
  }
}
