import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type BrokerMessage, BrokerUnavailable, type ChannelAddress } from '../../core/ports.ts';
import { FaultProxy } from '../../testing/fault-proxy.ts';
import { RedisNode } from '../../testing/redis-node.ts';
import { address } from '../../testing/registry-node.ts';
import { testRedis } from '../../testing/test-redis.ts';

const timeout = 20_000;
const redis = testRedis();
let proxy: FaultProxy;
let keyPrefix: string;
let near: RedisNode;
/** Behind the proxy. */
let far: RedisNode;

beforeEach(async () => {
  keyPrefix = randomUUID();
  proxy = await FaultProxy.open({ port: redis.server.port });
  near = await RedisNode.start({ settings: { url: redis.server.url, keyPrefix } });
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

function isUp(node = far): boolean {
  return node.broker.outageMilliseconds() === 0;
}

describe('a node without Redis', { timeout }, () => {
  it('publishes once what Redis executed and could not answer', async () => {
    await far.broker.publish([event('first')]); // Redis knows the script from now on
    proxy.swallowNext((request) => request.includes('swallowed'));
    await far.broker.publish([event('swallowed')]);
    await vi.waitFor(() => expect(isUp()).toBe(true), 5000);
    await near.settle();
    await far.settle();
    expect(framesOf(near)).toEqual(['first', 'swallowed']);
    expect(framesOf(far)).toEqual(['first', 'swallowed']);
  });

  it('does not publish again under the same key, on any node, what was executed and never confirmed', async () => {
    await far.broker.publish([event('first')]);
    proxy.swallowNext((request) => {
      if (!request.includes('paid')) return false;
      setImmediate(() => proxy.refuse());
      return true;
    });
    await expect(far.broker.publish([event('paid')], 'app/key')).rejects.toMatchObject({ name: 'BrokerUnavailable' });
    await near.broker.publish([event('paid')], 'app/key');
    await near.broker.publish([event('paid')], 'app/other-key');
    await near.settle();
    expect(framesOf(near)).toEqual(['first', 'paid', 'paid']);
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
    await redis.client.commands.replicaof('127.0.0.1', 1); // nobody answers there: it keeps its data
    await expect(near.broker.publish([event('refused')])).rejects.toThrow(BrokerUnavailable);
    expect(isUp(near)).toBe(false);
    await redis.client.commands.replicaof('NO', 'ONE');
    await vi.waitFor(() => expect(isUp(near)).toBe(true), 5000);
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

  it('takes what came back to it for accepted, and relays it once', async () => {
    await far.broker.publish([event('first')]); // Redis knows the script from now on
    proxy.swallowNext((request) => request.includes('swallowed'));
    await far.broker.relay(event('swallowed'));
    await vi.waitFor(() => expect(isUp()).toBe(true), 5000);
    await far.settle();
    await near.settle();
    expect([framesOf(far), framesOf(near)]).toEqual([
      ['first', 'swallowed'],
      ['first', 'swallowed'],
    ]);
  });

  it('is in an outage while it cannot hear, although it can speak', async () => {
    const subscribers = String(await redis.client.commands.call('CLIENT', 'LIST', 'TYPE', 'pubsub'));
    expect(subscribers.split('\n').filter((line) => line !== '').length).toBeGreaterThanOrEqual(2);
    const downs: boolean[] = [];
    const watch = setInterval(() => downs.push(isUp()), 1);
    await redis.client.commands.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
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

  it('tells of the watched users afterwards when it was asked and could not say', async () => {
    near.registry.hold(user('here'), 1);
    await near.settle();
    await far.settle();
    const known = far.announcements.length;
    await redis.client.commands.call('CLIENT', 'PAUSE', 2500, 'ALL'); // no connection ends, no message is lost
    await expect(far.registry.count(user('here'))).rejects.toThrow(BrokerUnavailable);
    await vi.waitFor(() => expect(far.announcements.slice(known)).toContainEqual({ type: 'occupied', address: user('here') }), 5000);
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
    expect(far.drivers.cluster.lost).toBeGreaterThan(0);
  });
});
