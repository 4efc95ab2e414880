import { randomUUID } from 'node:crypto';
import type { WebhookFact } from '../../core/events.ts';
import type { Announcement, QueuedFact } from '../../core/ports.ts';

const factsPerOrder = 500;

/** A worker that can make webhooks of facts. */
export interface FactReceiver {
  facts(batch: readonly QueuedFact[]): void;
}

/**
 * Hands the facts of all workers to one of them. When that one ends, the next is handed everything that is not done, in order and under the same
 * ids. How many facts are open is bounded by the receiver, which gives up what is too much and says so.
 */
export class HostWebhooks<Node extends FactReceiver> {
  /** In the order in which they were added. */
  readonly #open = new Map<string, WebhookFact>();
  /** The first one makes the webhooks. */
  readonly #consumers = new Set<Node>();
  #isStopping = false;

  get size(): number {
    return this.#open.size;
  }

  add(fact: WebhookFact): void {
    const id = randomUUID();
    this.#open.set(id, fact);
    this.#consumer?.facts([{ id, fact }]);
  }

  /** A transition of the registry becomes a fact, unless it concerns how a user is reached. */
  record(announcement: Announcement, at: number): void {
    const { appId, channel } = announcement.address;
    if (channel.kind === 'server-to-user') return;
    const where = { appId, channel: channel.name, at };
    switch (announcement.type) {
      case 'occupied':
        return this.add({ type: 'channel_occupied', ...where });
      case 'vacated':
        return this.add({ type: 'channel_vacated', ...where });
      case 'member_added':
        return this.add({ type: 'member_added', ...where, userId: announcement.member.userId });
      case 'member_removed':
        return this.add({ type: 'member_removed', ...where, userId: announcement.userId });
      case 'counted':
        return; // its webhooks are the workers' own: they depend on how busy the channel is
    }
  }

  consume(node: Node): void {
    const isFirst = this.#consumers.size === 0;
    this.#consumers.add(node);
    if (isFirst) this.#handOut();
  }

  done(node: Node, ids: readonly string[]): void {
    if (node === this.#consumer) for (const id of ids) this.#open.delete(id);
  }

  /** The worker takes no more. Returns the ids of the facts that nobody else will be handed. */
  leave(node: Node): readonly string[] {
    const wasConsumer = node === this.#consumer;
    this.#consumers.delete(node);
    if (!wasConsumer) return [];
    if (this.#consumers.size > 0 && !this.#isStopping) {
      this.#handOut();
      return [];
    }
    const ending = [...this.#open.keys()];
    this.#open.clear();
    return ending;
  }

  /** The worker has ended without a goodbye. What it had is kept for the next. */
  lose(node: Node): void {
    const wasConsumer = node === this.#consumer;
    this.#consumers.delete(node);
    if (wasConsumer) this.#handOut();
  }

  /** All workers are about to leave: none of them is handed what another one leaves. */
  stop(): void {
    this.#isStopping = true;
  }

  get #consumer(): Node | undefined {
    for (const node of this.#consumers) return node;
    return undefined;
  }

  #handOut(): void {
    const facts = [...this.#open].map(([id, fact]) => ({ id, fact }));
    for (let start = 0; start < facts.length; start += factsPerOrder) this.#consumer?.facts(facts.slice(start, start + factsPerOrder));
  }
}
