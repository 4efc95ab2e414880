import type { Awaitable } from '../../core/awaitable.ts';
import type { Broker, BrokerMessage, Clock, Envelope, ReceiveBatch } from '../../core/ports.ts';

/** One event in so many is timed: looking at the clock takes longer than all else here. */
const timedShare = 16;

/** The broker of a node that runs alone: what is published arrives in the same tick. */
export class MemoryBroker implements Broker {
  readonly #receive: ReceiveBatch;
  readonly #clock: Pick<Clock, 'monotonic'>;
  #count = 0;

  constructor(receive: ReceiveBatch, clock: Pick<Clock, 'monotonic'>) {
    this.#receive = receive;
    this.#clock = clock;
  }

  publish(batch: readonly BrokerMessage[]): Awaitable<void> {
    try {
      return this.#receive(batch, this.#timed());
    } catch (fault) {
      return Promise.reject(fault);
    }
  }

  async relay(envelope: Envelope): Promise<void> {
    this.#receive([envelope], this.#timed());
  }

  outageMilliseconds(): number {
    return 0;
  }

  /** Now, for the first of so many events. */
  #timed(): number | undefined {
    this.#count = (this.#count + 1) % timedShare;
    return this.#count === 1 ? this.#clock.monotonic() : undefined;
  }
}
