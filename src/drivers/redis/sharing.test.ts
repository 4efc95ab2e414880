import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BrokerMessage } from '../../core/ports.ts';
import { RedisNode } from '../../testing/redis-node.ts';
import { RedisServer } from '../../testing/redis-server.ts';
import { address, readRoster } from '../../testing/registry-node.ts';
import { seededRandom } from '../../testing/seeded-random.ts';
import { busTopic, partitionBase } from './keys.ts';

const timeout = 20_000;
let server: RedisServer;
let redis: Redis;
let keyPrefix: string;
let near: RedisNode;
let far: RedisNode;

beforeAll(async () => {
  server = await RedisServer.start();
  redis = new Redis(server.url);
});

afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

beforeEach(async () => {
  keyPrefix = randomUUID();
  near = await RedisNode.start({ settings: { url: server.url, keyPrefix } });
  far = await RedisNode.start({ settings: { url: server.url, keyPrefix } });
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
    const pipeline = redis.pipeline();
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

  it('does not start with other partitions than the nodes that are there', async () => {
    await expect(RedisNode.start({ settings: { url: server.url, keyPrefix, partitions: 3 } })).rejects.toThrow('redis.partitions=1');
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
    const other = await RedisNode.start({ settings: { url: server.url, keyPrefix: `${keyPrefix}2` } });
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
    const third = await RedisNode.start({ settings: { url: server.url, keyPrefix } });
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
