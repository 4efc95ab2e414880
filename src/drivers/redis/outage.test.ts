import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type BrokerMessage, BrokerUnavailable, type ChannelAddress } from '../../core/ports.ts';
import { FaultProxy } from '../../testing/fault-proxy.ts';
import { RedisNode } from '../../testing/redis-node.ts';
import { RedisServer } from '../../testing/redis-server.ts';
import { address, readRoster } from '../../testing/registry-node.ts';
import { seededRandom } from '../../testing/seeded-random.ts';
import { busTopic, partitionBase } from './keys.ts';

const timeout = 20_000;
let server: RedisServer;
let redis: Redis;
let proxy: FaultProxy;
let keyPrefix: string;
let near: RedisNode;
/** Behind the proxy. */
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
  proxy = await FaultProxy.open({ port: server.port });
  near = await RedisNode.start({ settings: { url: server.url, keyPrefix } });
  far = await RedisNode.start({ settings: { url: `redis://127.0.0.1:${proxy.port}`, keyPrefix }, watched: [user('here'), user('gone')] });
});

afterEach(async () => {
  proxy.heal();
  await Promise.all([near.close(), far.close()]);
  await proxy.close();
});

function event(frame: string): BrokerMessage & { readonly topic: string; readonly frame: string } {
  return { topic: 'app/room', frame };
}

function user(userId: string): ChannelAddress {
  return address(`#server-to-user-${userId}`);
}

function framesOf(node: RedisNode): readonly string[] {
  return node.received.flat().flatMap((message) => ('type' in message ? [] : [message.frame]));
}

function isUp(): boolean {
  return far.broker.isUp();
}

describe('a node without Redis', { timeout }, () => {
  it('publishes once what Redis executed and could not answer', async () => {
    await far.broker.publish([event('first')]); // Redis knows the script from now on
    proxy.swallowNext((request) => request.includes('swallowed'));
    await far.broker.publish([event('swallowed')]);
    await near.settle();
    await far.settle();
    expect(framesOf(near)).toEqual(['first', 'swallowed']);
    expect(framesOf(far)).toEqual(['first', 'swallowed']);
    expect(near.drivers.counters.duplicates).toBe(1);
  });

  it('publishes in order, and each batch once, while connections are cut again and again', async () => {
    proxy.disturb({ cut: 0.05, swallow: 0.05 });
    const confirmed: string[] = [];
    for (let number = 0; number < 200; number += 1) {
      await far.broker.publish([event(String(number))]).then(
        () => confirmed.push(String(number)),
        () => new Promise((resolve) => setTimeout(resolve, 5)),
      );
    }
    proxy.heal();
    await near.settle();
    const frames = framesOf(near);
    expect(new Set(frames).size).toBe(frames.length);
    expect(frames).toEqual([...frames].sort((one, other) => Number(one) - Number(other)));
    expect(confirmed.filter((frame) => !frames.includes(frame))).toEqual([]);
    expect(confirmed.length).toBeGreaterThan(0);
  });

  it('refuses at once what it cannot publish, and publishes again when Redis is back', async () => {
    proxy.refuse();
    await vi.waitFor(() => expect(isUp()).toBe(false), 5000);
    await expect(far.broker.publish([event('refused')])).rejects.toThrow(BrokerUnavailable);
    await expect(far.registry.count(address('room'))).rejects.toThrow(BrokerUnavailable);
    await expect(far.registry.list('app', '')).rejects.toThrow(BrokerUnavailable);
    expect(far.broker.outageMilliseconds()).toBeGreaterThan(0);
    proxy.heal();
    await vi.waitFor(() => expect(isUp()).toBe(true), 5000);
    expect(far.broker.outageMilliseconds()).toBe(0);
    await far.broker.publish([event('accepted')]);
    await near.settle();
    expect(framesOf(near)).toEqual(['accepted']);
  });

  it('notices a Redis that does not answer, and that it answers again', async () => {
    proxy.partition();
    await expect(far.broker.publish([event('unanswered')])).rejects.toThrow(BrokerUnavailable);
    expect(isUp()).toBe(false);
    await expect(far.broker.publish([event('refused')])).rejects.toThrow('nothing was sent');
    proxy.heal();
    await vi.waitFor(() => expect(isUp()).toBe(true), 10_000);
    await far.broker.publish([event('accepted')]);
    await near.settle();
    expect(framesOf(near)).not.toContain('refused');
    expect(framesOf(near)).toContain('accepted');
  });

  it('confirms nothing that a demoted primary was sent, and goes on when it is promoted again', async () => {
    await redis.replicaof('127.0.0.1', 1); // nobody answers there: it keeps its data
    await expect(near.broker.publish([event('refused')])).rejects.toThrow(BrokerUnavailable);
    expect(near.broker.isUp()).toBe(false);
    await redis.replicaof('NO', 'ONE');
    await vi.waitFor(() => expect(near.broker.isUp()).toBe(true), 5000);
    await near.broker.publish([event('accepted')]);
    await near.settle();
    expect(framesOf(near)).toEqual(['accepted']);
  });

  it('relays events of clients on this node alone, and does not deliver them again when they arrive late', async () => {
    proxy.partition();
    await far.broker.relay(event('given up'));
    await far.broker.relay(event('not sent'));
    expect(framesOf(far)).toEqual(['given up', 'not sent']);
    proxy.heal();
    await vi.waitFor(() => expect(isUp()).toBe(true), 10_000);
    await far.settle();
    await near.settle();
    expect(framesOf(far)).toEqual(['given up', 'not sent']);
    expect(framesOf(near)).not.toContain('not sent');
  });

  it('is in an outage while it cannot hear, although it can speak', async () => {
    const subscribers = String(await redis.call('CLIENT', 'LIST', 'TYPE', 'pubsub'));
    expect(subscribers.split('\n').filter((line) => line !== '').length).toBeGreaterThanOrEqual(2);
    const downs: boolean[] = [];
    const watch = setInterval(() => downs.push(isUp()), 1);
    await redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await vi.waitFor(() => expect(downs).toContain(false), 5000);
    clearInterval(watch);
    await vi.waitFor(() => expect(isUp()).toBe(true), 5000);
  });

  it('tells who of the watched users came and went meanwhile', async () => {
    near.registry.hold(user('gone'), 1);
    await near.settle();
    await far.settle();
    expect(far.announcements).toEqual([{ type: 'occupied', address: user('gone') }]);
    proxy.refuse();
    await vi.waitFor(() => expect(isUp()).toBe(false), 5000);
    near.registry.hold(user('gone'), 0);
    near.registry.hold(user('here'), 1);
    await near.settle();
    proxy.heal();
    await vi.waitFor(() => expect(far.announcements).toContainEqual({ type: 'occupied', address: user('here') }), 5000);
    expect(far.announcements.at(-1)).toEqual({ type: 'vacated', address: user('gone') });
  });

  it('tells the count of a channel that changed meanwhile', async () => {
    far.registry.hold(address('room'), 1);
    await far.settle();
    proxy.refuse();
    await vi.waitFor(() => expect(isUp()).toBe(false), 5000);
    near.registry.hold(address('room'), 5);
    await near.settle();
    proxy.heal();
    await vi.waitFor(() => expect(far.announcements).toContainEqual({ type: 'counted', address: address('room'), subscriptions: 6 }), 5000);
  });

  it('obeys late the orders that it did not hear', async () => {
    proxy.refuse();
    await vi.waitFor(() => expect(isUp()).toBe(false), 5000);
    const order: BrokerMessage = { type: 'terminate', appId: 'app', userId: 'u' };
    await near.broker.publish([event('lost'), order]);
    proxy.heal();
    await vi.waitFor(() => expect(far.received.flat()).toContainEqual(order), 5000);
    expect(framesOf(far)).toEqual([]);
    expect(far.drivers.counters.lost).toBeGreaterThan(0);
  });
});

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
    expect(near.drivers.counters.malformed).toBeGreaterThan(9000);
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
