import type { ClusterCounters } from '../../core/cluster-counters.ts';
import type { Broker, BrokerMessage, Clock, Envelope, ReceiveBatch } from '../../core/ports.ts';
import type { Link } from './link.ts';
import type { OnceKey } from './messages.ts';

/** What is gathered is sent before the end of the tick when there is so much of it, in characters. */
const maxGatheredCharacters = 1024 * 1024;

interface WorkerBrokerOptions {
  readonly link: Link;
  readonly receive: ReceiveBatch;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly counters: Pick<ClusterCounters, 'batchMessages' | 'lagSeconds' | 'unconfirmed'>;
}

/** What is published in one tick, and the answer that its publishers wait for. */
interface Gathering {
  readonly messages: BrokerMessage[];
  readonly keys: OnceKey[];
  characters: number;
  readonly since: number;
  readonly published: Promise<null>;
  readonly answered: (answer: Promise<null>) => void;
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

  async publish(batch: readonly BrokerMessage[], once?: string): Promise<void> {
    this.#gathering ??= this.#gather();
    const gathering = this.#gathering;
    const { messages, keys } = gathering;
    if (once !== undefined) keys.push([once, messages.length, messages.length + batch.length]);
    for (const message of batch) {
      messages.push(message);
      if ('frame' in message) gathering.characters += message.frame.length;
    }
    if (gathering.characters >= maxGatheredCharacters) this.#send(gathering);
    await gathering.published;
  }

  /** While the parent does not answer, this worker's subscribers alone get it. What the parent was sent before it may still reach all. */
  async relay(envelope: Envelope): Promise<void> {
    if (!this.#options.link.isUp) return this.#options.receive([envelope]);
    await this.publish([envelope]).catch(ignore);
  }

  outageMilliseconds(): number {
    return this.#options.link.isUp ? 0 : Number.POSITIVE_INFINITY;
  }

  #gather(): Gathering {
    const { clock, counters } = this.#options;
    let answered: Gathering['answered'] = ignore;
    const published = new Promise<null>((resolve) => {
      answered = resolve;
    });
    published.catch(() => {
      counters.unconfirmed += 1;
    });
    const gathering = { messages: [], keys: [], characters: 0, since: clock.monotonic(), published, answered };
    setImmediate(() => this.#send(gathering));
    return gathering;
  }

  #send(gathering: Gathering): void {
    if (this.#gathering !== gathering) return; // it was too much to wait
    this.#gathering = undefined;
    const { link, counters } = this.#options;
    const { messages, keys, since, answered } = gathering;
    counters.batchMessages.observe(messages.length);
    answered(link.call('publish', messages, since, keys));
  }

  #receive(batch: readonly BrokerMessage[]): void {
    const { clock, counters, receive } = this.#options;
    const since = this.#since;
    this.#since = undefined;
    if (since !== undefined) counters.lagSeconds.observe((clock.monotonic() - since) / 1000);
    receive(batch, since);
  }
}

function ignore(): void {}
