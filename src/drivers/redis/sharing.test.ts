import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { BrokerMessage } from '../../core/ports.ts';
import { RedisNode } from '../../testing/redis-node.ts';
import { address, readRoster } from '../../testing/registry-node.ts';
import { seededRandom } from '../../testing/seeded-random.ts';
import { testRedis } from '../../testing/test-redis.ts';
import { busTopic, partitionBase } from './keys.ts';
import { partitionOf } from './partition.ts';

const timeout = 20_000;
const redis = testRedis();
let keyPrefix: string;
let near: RedisNode;
let far: RedisNode;

beforeEach(async () => {
  keyPrefix = randomUUID();
  near = await RedisNode.start({ settings: { url: redis.server.url, keyPrefix } });
  far = await RedisNode.start({ settings: { url: redis.server.url, keyPrefix } });
});

afterEach(async () => {
  await Promise.all([near.close(), far.close()]);
});

function event(frame: string): BrokerMessage {
  return { topic: 'app/room', frame };
}

function framesOf(node: RedisNode): readonly string[] {
  return node.received.flat().flatMap((message) => ('type' in message ? [] : [message.frame]));
}

describe('a node that shares its Redis', { timeout }, () => {
  it('counts and drops messages that are none of ours', async () => {
    const topic = busTopic(partitionBase({ prefix: keyPrefix, database: 0 }, 0));
    const random = seededRandom(1);
    const pipeline = redis.client.commands.pipeline();
    for (let index = 0; index < 10_000; index += 1) {
      const bytes = Buffer.from(Array.from({ length: Math.floor(random() * 40) }, () => Math.floor(random() * 256)));
      pipeline.publish(topic, bytes);
    }
    pipeline.publish(topic, 'text').publish(topic, '');
    await pipeline.exec();
    await near.broker.publish([event('after')]);
    await near.settle();
    expect(framesOf(near)).toEqual(['after']);
    expect(near.drivers.cluster.malformed).toBeGreaterThan(9000);
  });

  it('publishes under a key that was used only what is missing in some partition', async () => {
    const settings = { url: redis.server.url, keyPrefix: `${keyPrefix}-parts`, partitions: 4 };
    const [first, second] = [await RedisNode.start({ settings }), await RedisNode.start({ settings })];
    const events = Array.from({ length: 8 }, (_, index) => ({ topic: `app/room-${index}`, frame: String(index) }));
    const [reached] = events;
    if (reached === undefined) throw new Error('there are events');
    const partition = partitionOf(reached.topic, 4);
    const accepted = events.filter(({ topic }) => partitionOf(topic, 4) === partition);
    await first.broker.publish(accepted, 'app/key'); // the others were not
    await second.broker.publish(events, 'app/key');
    await second.broker.publish(events, 'app/key');
    for (const node of [first, second]) {
      await node.settle();
      await vi.waitFor(() => expect(framesOf(node).toSorted()).toEqual(events.map(({ frame }) => frame)));
    }
    expect(accepted.length).toBeLessThan(events.length);
    await Promise.all([first.close(), second.close()]);
  });

  it('does not start with other partitions than the nodes that are there', async () => {
    await expect(RedisNode.start({ settings: { url: redis.server.url, keyPrefix, partitions: 3 } })).rejects.toThrow('redis.partitions=1');
  });

  it('says how to change the partitions, and it works', async () => {
    const settings = { url: redis.server.url, keyPrefix: `${keyPrefix}-changed` };
    const before = await RedisNode.start({ settings });
    await before.close();
    const refusal = await RedisNode.start({ settings: { ...settings, partitions: 3 } }).catch((error: Error) => error.message);
    const key = /delete the key ([^ )]+)/.exec(String(refusal))?.[1] ?? '';
    expect(await redis.client.commands.del(key)).toBe(1);
    const after = await RedisNode.start({ settings: { ...settings, partitions: 3 } });
    await after.close();
  });

  it('gives the last seat of a channel to one of two nodes, and a user one user_info', async () => {
    const channel = address('presence-room');
    const take = (node: RedisNode, userId: string, userInfo: string) => node.registry.take(channel, { userId, userInfo }, 1);
    const answers = await Promise.all([take(near, 'a', 'null'), take(far, 'b', 'null')]);
    expect(answers.filter((answer) => answer === 'full')).toHaveLength(1);
    const [winner] = await near.registry.users(channel);
    const [first, second] = await Promise.all([take(near, winner ?? '', '"another"'), take(far, winner ?? '', '"another"')]);
    expect([readRoster(first), readRoster(second)]).toEqual(Array(2).fill({ ids: [winner], hash: { [winner ?? '']: null }, count: 1 }));
  });

  it('hears nothing of another key prefix', async () => {
    const other = await RedisNode.start({ settings: { url: redis.server.url, keyPrefix: `${keyPrefix}2` } });
    other.registry.hold(address('room'), 1);
    await other.broker.publish([event('other')]);
    await other.settle();
    await near.settle();
    expect([framesOf(near), near.announcements, await near.registry.count(address('room'))]).toEqual([[], [], { subscriptions: 0, users: 0 }]);
    await other.close();
  });

  it('tells every node the counts of a channel, and takes them back when it stops', async () => {
    near.registry.hold(address('room'), 2);
    far.registry.hold(address('room'), 3);
    await near.settle();
    await far.settle();
    expect(await near.registry.count(address('room'))).toEqual({ subscriptions: 5, users: 0 });
    const third = await RedisNode.start({ settings: { url: redis.server.url, keyPrefix } });
    third.registry.hold(address('room'), 10);
    third.registry.hold(address('other'), 1);
    await third.settle();
    await third.close();
    await near.settle();
    expect(await near.registry.count(address('room'))).toEqual({ subscriptions: 5, users: 0 });
    expect([...(await near.registry.list('app', '')).keys()]).toEqual(['room']);
    expect(near.announcements.filter(({ type }) => type === 'counted').at(-1)).toMatchObject({ subscriptions: 5 });
  });
});
