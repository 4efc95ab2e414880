import { randomUUID } from 'node:crypto';
import type { WebhookFact } from '../../core/events.ts';
import type { Log, QueuedFact, WebhookQueue } from '../../core/ports.ts';
import type { RedisClient } from './client.ts';
import { hooksKey } from './keys.ts';
import { partitionOf } from './partition.ts';
import { loadScript } from './script.ts';
import { WebhookAppender } from './webhook-appender.ts';
import { WebhookPartition, type WebhookTiming } from './webhook-partition.ts';

export interface RedisWebhookQueueOptions {
  readonly client: Pick<RedisClient, 'commands' | 'isCluster' | 'isUp'>;
  /** What the keys of each partition begin with. */
  readonly bases: readonly string[];
  readonly log: Log;
  /** The id under which the registry knows this node in a partition; empty for none. Of several nodes that see one count, one tells it. */
  readonly memberOf?: (partition: number) => string;
  /** Types that the registry's scripts put into the streams themselves. */
  readonly recordedElsewhere: ReadonlySet<WebhookFact['type']>;
  readonly maxUnsentFacts?: number;
  readonly timing?: WebhookTiming;
}

/** The types of facts that the scripts of the registry write. */
export const recordedByRegistry: ReadonlySet<WebhookFact['type']> = new Set([
  'channel_occupied',
  'channel_vacated',
  'member_added',
  'member_removed',
]);

const defaultTiming: WebhookTiming = { leaseMilliseconds: 10_000, idleMilliseconds: 1000 };

/**
 * The facts of each partition lie in a stream of Redis until they are done. One node at a time consumes a partition; when it stops or dies
 * another one gets everything that is not done, in order and under the same ids.
 */
export class RedisWebhookQueue implements WebhookQueue {
  readonly #options: RedisWebhookQueueOptions;
  /** The id under which Redis knows this node as a consumer. */
  readonly node = randomUUID();
  readonly #appenders: readonly WebhookAppender[];
  #partitions: readonly WebhookPartition[] = [];
  #isClosed = false;

  constructor(options: RedisWebhookQueueOptions) {
    this.#options = options;
    const { client, bases, log, memberOf = () => '', maxUnsentFacts = 10_000 } = options;
    const script = loadScript({ name: 'webhook-append', isStrict: client.isCluster });
    this.#appenders = bases.map((base, index) => {
      const shared = { client, script, log, maxUnsentFacts, node: this.node, stream: hooksKey(base) };
      return new WebhookAppender({ ...shared, member: () => memberOf(index), appended: () => this.wake(index) });
    });
  }

  add(fact: WebhookFact): void {
    if (this.#isClosed || this.#options.recordedElsewhere.has(fact.type)) return;
    this.#appenders[partitionOf(`${fact.appId}/${fact.channel}`, this.#appenders.length)]?.add(fact);
  }

  consume(receive: (batch: readonly QueuedFact[]) => void): void {
    const { client, bases, log, timing = defaultTiming } = this.#options;
    const isStrict = client.isCluster;
    const poll = loadScript({ name: 'webhook-poll', isStrict });
    const release = loadScript({ name: 'webhook-release', isStrict });
    const shared = { client, poll, release, log, timing, receive, node: this.node };
    this.#partitions = bases.map((base, partition) => new WebhookPartition({ ...shared, partition, stream: hooksKey(base) }));
  }

  /** Something was put into the partition's stream; saves the consumer from looking for it later. */
  wake(partition: number): void {
    this.#partitions[partition]?.wake();
  }

  holds(id: string): boolean {
    const [partition, entry] = split(id);
    return this.#partitions[partition]?.holds(entry) ?? false;
  }

  done(ids: readonly string[]): void {
    const byPartition = new Map<number, string[]>();
    for (const id of ids) {
      const [partition, entry] = split(id);
      const entries = byPartition.get(partition) ?? [];
      entries.push(entry);
      byPartition.set(partition, entries);
    }
    for (const [partition, entries] of byPartition) this.#partitions[partition]?.done(entries);
  }

  /** A node has ended for certain: what it had to deliver is handed out at once. */
  bury(node: string): void {
    for (const partition of this.#partitions) partition.bury(node);
  }

  /** Nothing ends with this node: another one is handed what is not done. */
  async close(): Promise<ReadonlySet<string>> {
    this.#isClosed = true;
    await Promise.all(this.#appenders.map((appender) => appender.close()));
    await Promise.all(this.#partitions.map((partition) => partition.close()));
    this.#partitions = [];
    return new Set();
  }
}

function split(id: string): [partition: number, entry: string] {
  const dash = id.indexOf('-');
  return [Number(id.slice(0, dash)), id.slice(dash + 1)];
}
