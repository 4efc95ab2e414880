import type { WebhookFact } from '../../core/events.ts';
import type { QueuedFact, WebhookQueue } from '../../core/ports.ts';
import type { Link } from './link.ts';

/** What the parent's registry records itself. */
export const recordedByParent: ReadonlySet<WebhookFact['type']> = new Set(['channel_occupied', 'channel_vacated', 'member_added', 'member_removed']);

/** The parent keeps the facts of all workers and hands them to one worker at a time. */
export class WorkerWebhookQueue implements WebhookQueue {
  readonly #link: Link;
  readonly #recordedElsewhere: ReadonlySet<WebhookFact['type']>;
  readonly #open = new Set<string>();
  #isClosed = false;

  constructor(link: Link, recordedElsewhere: ReadonlySet<WebhookFact['type']>) {
    this.#link = link;
    this.#recordedElsewhere = recordedElsewhere;
  }

  add(fact: WebhookFact): void {
    if (!this.#isClosed && !this.#recordedElsewhere.has(fact.type)) this.#link.notify('addFact', fact);
  }

  consume(receive: (batch: readonly QueuedFact[]) => void): void {
    this.#link.on('facts', (batch) => {
      if (this.#isClosed) return;
      for (const { id } of batch) this.#open.add(id);
      receive(batch);
    });
    this.#link.whenOpen(() => this.#link.notify('consume'));
  }

  holds(id: string): boolean {
    return this.#open.has(id) && this.#link.isOpen;
  }

  done(ids: readonly string[]): void {
    const known = ids.filter((id) => this.#open.delete(id));
    if (known.length > 0) this.#link.notify('done', known);
  }

  async close(): Promise<ReadonlySet<string>> {
    this.#isClosed = true;
    const open = new Set(this.#open);
    this.#open.clear();
    try {
      return new Set(await this.#link.call('closeWebhooks'));
    } catch {
      return open; // without a parent nobody else knows them
    }
  }
}
