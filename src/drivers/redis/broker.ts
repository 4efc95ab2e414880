import { topicOf } from '../../core/channel.ts';
import type { ClusterCounters } from '../../core/cluster-counters.ts';
import { type Broker, type BrokerMessage, BrokerUnavailable, type Envelope, type ReceiveBatch } from '../../core/ports.ts';
import { serverToUserChannel } from '../../protocol/channel-name.ts';
import { decodeBatch } from './batch.ts';
import type { LateRelays } from './late-relays.ts';
import type { MessageHeader } from './message.ts';
import type { Origins } from './origins.ts';
import { partitionOf } from './partition.ts';
import type { PartitionHealth } from './partition-health.ts';
import type { Publisher } from './publisher.ts';

/** A broker's view of one partition. */
export interface BrokerPartition {
  readonly publisher: Publisher;
  readonly health: PartitionHealth;
  /** Of this process' own batches. */
  readonly lateRelays: LateRelays;
  readonly origins: Origins;
}

interface BrokerOptions {
  /** This process. */
  readonly origin: string;
  readonly partitions: readonly BrokerPartition[];
  readonly receive: ReceiveBatch;
  readonly counters: ClusterCounters;
}

/** Carries messages through the topics of Redis' partitions; what a node publishes comes back to it the same way. */
export class RedisBroker implements Broker {
  readonly #options: BrokerOptions;

  constructor(options: BrokerOptions) {
    this.#options = options;
  }

  publish(batch: readonly BrokerMessage[], once?: string): Promise<void> {
    const { partitions } = this.#options;
    if (batch.length === 0) return Promise.resolve();
    if (partitions.length === 1 || batch.length === 1) return this.#partitionOf(batch[0] as BrokerMessage).publisher.publish(batch, { once });
    const parts = [...this.#split(batch)];
    // All or nothing, as far as that can be known beforehand.
    if (parts.some(([{ health }]) => !health.isUp)) return Promise.reject(new BrokerUnavailable('Redis is out of reach: nothing was sent'));
    return Promise.all(parts.map(([{ publisher }, messages]) => publisher.publish(messages, { once }))).then(ignore);
  }

  /**
   * Carries a client's event. Never rejects: without Redis it reaches the subscribers of this node only, and what Redis delivers later all the
   * same is not delivered to them again.
   */
  async relay(envelope: Envelope): Promise<void> {
    try {
      await this.#partitionOf(envelope).publisher.publish([envelope], { isRelay: true });
    } catch {
      this.#options.receive([envelope]);
    }
  }

  /** How long some partition has been out of reach; 0 when all are up. */
  outageMilliseconds(): number {
    return Math.max(...this.#options.partitions.map(({ health }) => health.outageMilliseconds));
  }

  /** A batch came in a partition. */
  receiveMessage(index: number, header: MessageHeader, bytes: Buffer): void {
    const { counters, partitions, receive, origin } = this.#options;
    const partition = partitions[index];
    const batch = decodeBatch(bytes, header.end);
    if (batch === undefined || partition === undefined) counters.malformed += 1;
    else if (!partition.origins.admit(header.origin, batch.number)) counters.duplicates += 1;
    else if (header.origin !== origin) receive(batch.messages);
    else {
      const publishedAt = partition.publisher.arrived(batch.number);
      receive(partition.lateRelays.without(batch), publishedAt);
    }
  }

  #split(batch: readonly BrokerMessage[]): ReadonlyMap<BrokerPartition, readonly BrokerMessage[]> {
    const parts = new Map<BrokerPartition, BrokerMessage[]>();
    for (const message of batch) {
      const partition = this.#partitionOf(message);
      const part = parts.get(partition);
      if (part === undefined) parts.set(partition, [message]);
      else part.push(message);
    }
    return parts;
  }

  #partitionOf(message: BrokerMessage): BrokerPartition {
    const { partitions } = this.#options;
    if (partitions.length === 1) return partitions[0] as BrokerPartition;
    const topic = 'type' in message ? topicOf(message.appId, serverToUserChannel(message.userId)) : message.topic;
    return partitions[partitionOf(topic, partitions.length)] as BrokerPartition;
  }
}

function ignore(): void {}
