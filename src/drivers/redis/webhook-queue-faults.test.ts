import { randomUUID } from 'node:crypto';
import { expect, it, vi } from 'vitest';
import type { WebhookFact } from '../../core/events.ts';
import type { QueuedFact } from '../../core/ports.ts';
import { FaultProxy } from '../../testing/fault-proxy.ts';
import { createRecordedLog } from '../../testing/recorded-log.ts';
import { seededRandom } from '../../testing/seeded-random.ts';
import { testRedis } from '../../testing/test-redis.ts';
import type { RedisClient } from './client.ts';
import { hooksKey, partitionBase } from './keys.ts';
import { RedisWebhookQueue } from './webhook-queue.ts';

const seeds = [1, 2, 3];
const channels = ['a', 'b', 'c', 'd'];
const factsPerNode = 150;

const redis = testRedis();

interface Node {
  readonly queue: RedisWebhookQueue;
  readonly client: RedisClient;
  readonly proxy: FaultProxy;
  isDead: boolean;
}

/** A node whose consumer delivers what it is handed, at once or a little later, as long as it holds it. */
async function startNode(bases: readonly string[], seed: number, deliver: (queued: QueuedFact) => void): Promise<Node> {
  const proxy = await FaultProxy.open({ port: redis.server.port, seed });
  const client = await redis.connect(`redis://127.0.0.1:${proxy.port}`);
  const timing = { leaseMilliseconds: 500, idleMilliseconds: 20 };
  const queue = new RedisWebhookQueue({ client, bases, log: createRecordedLog(), recordedElsewhere: new Set(), timing });
  const node: Node = { queue, client, proxy, isDead: false };
  const random = seededRandom(seed);
  queue.consume((batch) => {
    const attempt = (): void => {
      if (node.isDead) return;
      const held = batch.filter(({ id }) => queue.holds(id));
      for (const queued of held) deliver(queued);
      queue.done(held.map(({ id }) => id));
    };
    if (random() < 0.5) attempt();
    else setTimeout(attempt, random() * 30);
  });
  return node;
}

async function stopNode({ queue, client, proxy }: Node): Promise<void> {
  await queue.close();
  client.close();
  await proxy.close();
}

it.each(seeds)(
  'loses no fact, adds none twice and keeps the order of channels while connections break and a node dies (seed %i)',
  async (seed) => {
    const bases = [0, 1].map((partition) => partitionBase({ prefix: randomUUID(), database: 0 }, partition));
    const added = await countAdded(bases);
    const delivered: QueuedFact[] = [];
    const nodes = [];
    for (let index = 0; index < 3; index += 1) nodes.push(await startNode(bases, seed * 10 + index, (queued) => delivered.push(queued)));
    for (const { proxy } of nodes) proxy.disturb({ cut: 0.02, swallow: 0.04 });
    const random = seededRandom(seed);
    const expected: WebhookFact[] = [];
    for (let count = 0; count < factsPerNode; count += 1) {
      for (const [index, { queue }] of nodes.entries()) {
        const channel = `${channels[Math.floor(random() * channels.length)]}-${index}`;
        const fact: WebhookFact = { type: 'subscription_count', appId: 'app', channel, subscriptionCount: count, at: 1 };
        expected.push(fact);
        queue.add(fact);
      }
      if (random() < 0.2) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    // What a node has not brought to Redis dies with it: wait for the facts, not for their delivery.
    await vi.waitFor(() => expect(added()).toBe(expected.length), 15_000);
    const [dying, ...others] = nodes;
    if (dying !== undefined) {
      dying.isDead = true;
      dying.client.close();
    }
    const unique = () => new Map(delivered.map(({ id, fact }) => [id, fact] as const));
    await vi.waitFor(() => expect(unique().size).toBe(expected.length), 15_000);
    // Ids are those of the stream: their order is the one in which a consumer is handed the facts.
    const stored = [...unique()].toSorted(([one], [other]) => one.localeCompare(other, 'en', { numeric: true })).map(([, fact]) => fact);
    for (const channel of new Set(expected.map((fact) => fact.channel))) expect(stored.filter(of(channel))).toEqual(expected.filter(of(channel)));
    expect(added()).toBe(expected.length);
    for (const node of others) await stopNode(node);
    if (dying !== undefined) await stopNode(dying);
  },
  60_000,
);

function of(channel: string): (fact: WebhookFact) => boolean {
  return (fact) => fact.channel === channel;
}

/** Counts the entries that are added to the streams from now on; the stream itself tells it since Redis 7 only. */
async function countAdded(bases: readonly string[]): Promise<() => number> {
  await redis.client.commands.config('SET', 'notify-keyspace-events', 'Kt');
  const watcher = await redis.connect();
  let count = 0;
  const message = (_: string, event: Buffer): void => {
    if (event.toString() === 'xadd') count += 1;
  };
  const topics = bases.map((base) => `__keyspace@0__:${hooksKey(base)}`);
  await watcher.subscribe(topics, { up: () => undefined, down: () => undefined, message }).ready;
  return () => count;
}
