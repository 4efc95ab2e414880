import { randomUUID } from 'node:crypto';
import type { Announcement, BrokerMessage, ChannelAddress } from '../core/ports.ts';
import { createRedisDrivers, type RedisDrivers } from '../drivers/redis/drivers.ts';
import type { RedisSettings } from '../drivers/redis/settings.ts';
import type { ClusterTiming } from '../drivers/redis/timing.ts';
import type { BrokerNode } from './broker-contract.ts';
import { createRecordedLog, type LogLine } from './recorded-log.ts';
import type { RegistryNode } from './registry-node.ts';

const markTopic = 'mark/mark';

/** A tenth of the real times, so that tests need not wait. */
export const quickTiming: ClusterTiming = {
  renewalMilliseconds: 200,
  tickMilliseconds: 390,
  certainMilliseconds: 750,
  doubtMilliseconds: 1000,
  patienceMilliseconds: 300,
  spreadMilliseconds: 50,
};

export interface RedisNodeOptions {
  readonly settings: Partial<RedisSettings>;
  readonly random?: () => number;
  readonly timing?: ClusterTiming;
  /** Users that somebody on the node watches. */
  readonly watched?: readonly ChannelAddress[];
  /** Called with each announcement, in the tick in which it comes. */
  readonly told?: (announcement: Announcement) => void;
}

/** The drivers of a node of a cluster, with everything that they told it. */
export class RedisNode implements BrokerNode, RegistryNode {
  readonly announcements: Announcement[] = [];
  readonly received: (readonly BrokerMessage[])[] = [];
  readonly drivers: RedisDrivers;
  readonly log: readonly LogLine[];
  readonly #marks = new Map<string, () => void>();

  private constructor({ settings, random = Math.random, timing = quickTiming, told = () => undefined, watched = [] }: RedisNodeOptions) {
    const log = createRecordedLog();
    this.log = log.lines;
    this.drivers = createRedisDrivers({
      settings: { db: 0, keyPrefix: 'test', ...settings },
      apps: [],
      clock: { now: () => Date.now(), monotonic: () => performance.now() },
      log,
      announce: (announcement) => {
        this.announcements.push(announcement);
        told(announcement);
      },
      receiveBatch: (batch) => this.#receive(batch),
      random,
      timing,
      watched: () => watched,
    });
  }

  /** Resolves when the node can miss nothing any more. */
  static async start(options: RedisNodeOptions): Promise<RedisNode> {
    const node = new RedisNode(options);
    await node.drivers.start();
    return node;
  }

  get broker(): RedisDrivers['broker'] {
    return this.drivers.broker;
  }

  get registry(): RedisDrivers['registry'] {
    return this.drivers.registry;
  }

  /** Resolves when what this node wished and published has taken effect and come back. */
  readonly settle = async (): Promise<void> => {
    await this.registry.list('app', '');
    const mark = randomUUID();
    const marked = new Promise<void>((resolve) => this.#marks.set(mark, resolve));
    await this.broker.publish([{ topic: markTopic, frame: mark }]);
    await marked;
  };

  close(): Promise<void> {
    return this.drivers.close();
  }

  #receive(batch: readonly BrokerMessage[]): void {
    const messages = batch.filter((message) => 'type' in message || message.topic !== markTopic);
    if (messages.length > 0) this.received.push(messages);
    for (const message of batch) if (!('type' in message)) this.#marks.get(message.frame)?.();
  }
}
