import { randomUUID } from 'node:crypto';
import type { WebhookFact } from '../../core/events.ts';
import type { QueuedFact, WebhookQueue } from '../../core/ports.ts';

/**
 * The queue of a node that runs alone: hands out every fact in the tick in which it is added. It keeps ids only; how many facts are open is
 * bounded by the receiver, which gives up what is too much and says so with `done`.
 */
export class MemoryWebhookQueue implements WebhookQueue {
  readonly #open = new Set<string>();
  #receive: ((batch: readonly QueuedFact[]) => void) | undefined;

  add(fact: WebhookFact): void {
    if (this.#receive === undefined) return;
    const id = randomUUID();
    this.#open.add(id);
    this.#receive([{ id, fact }]);
  }

  consume(receive: (batch: readonly QueuedFact[]) => void): void {
    this.#receive = receive;
  }

  holds(id: string): boolean {
    return this.#open.has(id);
  }

  done(ids: readonly string[]): void {
    for (const id of ids) this.#open.delete(id);
  }

  async close(): Promise<ReadonlySet<string>> {
    this.#receive = undefined;
    const ending = new Set(this.#open);
    this.#open.clear();
    return ending;
  }
}
