import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { WebhookFact } from '../../core/events.ts';
import type { QueuedFact } from '../../core/ports.ts';
import { FaultProxy } from '../../testing/fault-proxy.ts';
import { createRecordedLog } from '../../testing/recorded-log.ts';
import { RedisServer } from '../../testing/redis-server.ts';
import { testRedis } from '../../testing/test-redis.ts';
import { describeWebhookQueue } from '../../testing/webhook-queue-contract.ts';
import { RedisClient } from './client.ts';
import { hooksKey, partitionBase } from './keys.ts';
import { RedisWebhookQueue, recordedByRegistry } from './webhook-queue.ts';

const redis = testRedis();
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function newBases(partitions: number): readonly string[] {
  const prefix = randomUUID();
  return Array.from({ length: partitions }, (_, partition) => partitionBase({ prefix, database: 0 }, partition));
}

function openQueue(
  bases: readonly string[],
  client = redis.client,
  recordedElsewhere: ReadonlySet<WebhookFact['type']> = new Set(),
  log = createRecordedLog(),
  leaseMilliseconds = 600,
) {
  const timing = { leaseMilliseconds, idleMilliseconds: 50 };
  return new RedisWebhookQueue({ client, bases, log, recordedElsewhere, timing });
}

function consume(queue: RedisWebhookQueue): QueuedFact[] {
  const received: QueuedFact[] = [];
  queue.consume((batch) => received.push(...batch));
  return received;
}

function counted(channel: string, subscriptionCount: number): WebhookFact {
  return { type: 'subscription_count', appId: 'app', channel, subscriptionCount, at: 1 };
}

function countsOf(received: readonly QueuedFact[]): readonly unknown[] {
  return received.map(({ fact }) => (fact.type === 'subscription_count' ? fact.subscriptionCount : fact.type));
}

describeWebhookQueue('redis', async () => openQueue(newBases(4)));

describe('the redis webhook queue', () => {
  it('waits in silence for a connection that is only being opened', async () => {
    const log = createRecordedLog();
    const client = new RedisClient({ settings: { url: redis.server.url, db: 0 }, log });
    const queue = openQueue(newBases(3), client, new Set(), log);
    cleanups.push(
      () => client.close(),
      () => queue.close(),
    );
    const received = consume(queue);
    queue.add(counted('room', 1));
    await vi.waitFor(() => expect(received).toHaveLength(1), 5000);
    expect(log.lines).toEqual([]);
  });

  it('hands a fact to one node only, whichever node added it', async () => {
    const bases = newBases(1);
    const [first, second] = [openQueue(bases), openQueue(bases)];
    cleanups.push(
      () => first.close(),
      () => second.close(),
    );
    const [one, two] = [consume(first), consume(second)];
    for (let count = 0; count < 10; count += 1) (count % 2 === 0 ? first : second).add(counted('room', count));
    await vi.waitFor(() => expect(one.length + two.length).toBe(10), 5000);
    expect([one.length, two.length]).toContain(0);
  });

  it('hands what is not done to another node, in order and under the same ids, when its node dies', async () => {
    const bases = newBases(1);
    const dying = await redis.connect();
    const first = openQueue(bases, dying);
    const one = consume(first);
    for (let count = 0; count < 5; count += 1) first.add(counted('room', count));
    await vi.waitFor(() => expect(one).toHaveLength(5));
    const ids = one.map(({ id }) => id);
    first.done(ids.slice(1, 3));
    await vi.waitFor(async () => expect(await redis.client.commands.xlen(hooksKey(bases[0] ?? ''))).toBe(3));
    dying.close();
    cleanups.push(() => first.close());

    const second = openQueue(bases);
    cleanups.push(() => second.close());
    const two = consume(second);
    await vi.waitFor(() => expect(countsOf(two)).toEqual([0, 3, 4]), 5000);
    expect(two.map(({ id }) => id)).toEqual([ids[0], ids[3], ids[4]]);
    expect(ids.map((id) => first.holds(id))).toEqual(ids.map(() => false));
    expect(two.map(({ id }) => second.holds(id))).toEqual([true, true, true]);
  });

  it('hands over at once what a node had that is known to have ended', async () => {
    const bases = newBases(2);
    const dying = await redis.connect();
    const [first, second] = [dying, redis.client].map((client) => openQueue(bases, client, new Set(), createRecordedLog(), 600_000));
    if (first === undefined || second === undefined) throw new Error('two queues were opened');
    cleanups.push(
      () => first.close(),
      () => second.close(),
    );
    const one = consume(first);
    for (let count = 0; count < 5; count += 1) first.add(counted(`room-${count}`, count));
    await vi.waitFor(() => expect(one).toHaveLength(5));
    const two = consume(second);
    dying.close();
    second.bury(first.node);
    await vi.waitFor(() => expect(countsOf(two).toSorted()).toEqual([0, 1, 2, 3, 4]), 5000);
  });

  it('hands everything over at once when it is closed, and says that nothing ends with it', async () => {
    const bases = newBases(1);
    const first = openQueue(bases);
    const one = consume(first);
    first.add(counted('room', 1));
    first.add(counted('room', 2));
    await vi.waitFor(() => expect(one).toHaveLength(2));
    first.done([one[0]?.id ?? '']);
    first.add(counted('room', 3));
    expect(await first.close()).toEqual(new Set());
    const second = openQueue(bases);
    cleanups.push(() => second.close());
    const two = consume(second);
    await vi.waitFor(() => expect(countsOf(two)).toEqual([2, 3]));
  });

  it('adds facts once when Redis took them and its answer was lost', async () => {
    const proxy = await FaultProxy.open({ port: redis.server.port });
    const through = await redis.connect(`redis://127.0.0.1:${proxy.port}`);
    const [bases, consumerLess] = [newBases(1), new Set<WebhookFact['type']>()];
    const queue = openQueue(bases, through, consumerLess);
    cleanups.push(
      () => proxy.close(),
      () => through.close(),
      () => queue.close(),
    );
    proxy.swallowNext((request) => request.includes(':appended'));
    for (let count = 0; count < 3; count += 1) queue.add(counted('room', count));
    const reader = openQueue(bases);
    cleanups.push(() => reader.close());
    const received = consume(reader);
    queue.add(counted('room', 3));
    await vi.waitFor(() => expect(countsOf(received)).toEqual([0, 1, 2, 3]), 5000);
  });

  it('leaves nothing of a node in Redis for longer than its facts', async () => {
    const bases = newBases(1);
    const queue = openQueue(bases);
    queue.add(counted('room', 1));
    const keys = () => redis.client.commands.keys(`${bases[0]}:*`);
    await vi.waitFor(async () => expect(await keys()).toHaveLength(2));
    await queue.close();
    for (const key of await keys()) {
      if (key !== hooksKey(bases[0] ?? '')) expect(await redis.client.commands.ttl(key), key).toBeGreaterThan(0);
    }
    const another = openQueue(bases);
    cleanups.push(() => another.close());
    another.add(counted('room', 2));
    // Each node's is a key of its own, which nobody else keeps alive.
    await vi.waitFor(async () => expect(await keys()).toHaveLength(3));
  });

  it('keeps facts while Redis is away, and still holds what it was handed', async () => {
    const own = await RedisServer.start();
    const through = await redis.connect(own.url);
    const queue = openQueue(newBases(1), through);
    cleanups.push(
      () => own.stop(),
      () => through.close(),
      () => queue.close(),
    );
    const received = consume(queue);
    queue.add(counted('room', 1));
    await vi.waitFor(() => expect(received).toHaveLength(1));
    await own.kill();
    queue.add(counted('room', 2));
    await own.launch();
    await vi.waitFor(() => expect(countsOf(received)).toEqual([1, 2]), 5000);
    expect(received.map(({ id }) => queue.holds(id))).toEqual([true, true]);
  });

  it('does not add what the registry records, and hands it out', async () => {
    const bases = newBases(1);
    const queue = openQueue(bases, redis.client, recordedByRegistry);
    cleanups.push(() => queue.close());
    const received = consume(queue);
    queue.add({ type: 'channel_occupied', appId: 'app', channel: 'room', at: 1 });
    queue.add(counted('room', 1));
    await vi.waitFor(() => expect(countsOf(received)).toEqual([1]));
    const recorded: WebhookFact = { type: 'member_removed', appId: 'app', channel: 'presence-room', userId: '1', at: 2 };
    await redis.client.commands.xadd(hooksKey(bases[0] ?? ''), '*', 'fact', JSON.stringify(recorded));
    await vi.waitFor(() => expect(received.at(-1)?.fact).toEqual(recorded));
  });

  it('drops entries that are no facts', async () => {
    const bases = newBases(1);
    const stream = hooksKey(bases[0] ?? '');
    for (const entry of ['{', 'null', '{"type":"channel_occupied"}', '{"type":"__proto__","appId":"a","channel":"c","at":1}']) {
      await redis.client.commands.xadd(stream, '*', 'fact', entry);
    }
    await redis.client.commands.xadd(stream, '*', 'other', '1');
    const queue = openQueue(bases);
    cleanups.push(() => queue.close());
    const received = consume(queue);
    queue.add(counted('room', 1));
    await vi.waitFor(() => expect(countsOf(received)).toEqual([1]));
    await vi.waitFor(async () => expect(await redis.client.commands.xlen(stream)).toBe(1));
  });
});
