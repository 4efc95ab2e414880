import type { BrokerMessage } from '../../core/ports.ts';
import type { Batch } from './batch.ts';

const maxBatches = 1000;

/** Remembers which messages of given-up batches this node delivers by itself, in case the batches arrive later. */
export class LateRelays {
  /** Positions in the batch, by its number. */
  readonly #delivered = new Map<number, ReadonlySet<number>>();

  /** The batch with this number was given up. */
  add(number: number, positions: ReadonlySet<number>): void {
    if (positions.size === 0) return;
    this.#delivered.set(number, positions);
    const [oldest] = this.#delivered.keys();
    if (this.#delivered.size > maxBatches && oldest !== undefined) this.#delivered.delete(oldest);
  }

  /** What of this node's own batch is still to be delivered here. */
  without({ number, messages }: Batch): readonly BrokerMessage[] {
    const delivered = this.#delivered.get(number);
    if (delivered === undefined) return messages;
    this.#delivered.delete(number);
    return messages.filter((_, position) => !delivered.has(position));
  }
}
