import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RedisNode } from '../../testing/redis-node.ts';
import { address } from '../../testing/registry-node.ts';
import { testRedis } from '../../testing/test-redis.ts';

const redis = testRedis();
let node: RedisNode;

beforeEach(async () => {
  node = await RedisNode.start({ settings: { url: redis.server.url, keyPrefix: randomUUID() } });
});

afterEach(() => node.close());

/** How often each operation was asked of Redis while `work` took, without the renewals of the lease. */
async function costOf(work: () => Promise<unknown>): Promise<object> {
  const count = () => new Map([...node.drivers.cluster.operations].map(([name, { ok, failed }]) => [name, ok + failed]));
  const before = count();
  await work();
  const spent = [...count()].map(([name, after]) => [name, after - (before.get(name) ?? 0)] as const);
  return Object.fromEntries(spent.filter(([name, calls]) => calls > 0 && name !== 'renew'));
}

async function join(userId: string): Promise<void> {
  const room = address('presence-room');
  node.registry.hold(room, 1);
  await node.registry.take(room, { userId, userInfo: 'null' }, 1000);
}

describe('what Redis is asked', () => {
  it('is one call for a member who comes', async () => {
    expect(await costOf(() => join('one'))).toEqual({ apply: 1 });
  });

  it('is one call for all who come in one tick', async () => {
    expect(await costOf(() => Promise.all(Array.from({ length: 100 }, (_, index) => join(`user-${index}`))))).toEqual({ apply: 1 });
  });

  it('is one call, and one change, for a crowd that comes to one channel', async () => {
    const room = address('room');
    const cost = await costOf(async () => {
      for (let subscriptions = 1; subscriptions <= 10_000; subscriptions += 1) node.registry.hold(room, subscriptions);
      expect(await node.registry.count(room)).toEqual({ subscriptions: 10_000, users: 0 });
    });
    expect(cost).toEqual({ apply: 1, count: 1 });
    expect(node.announcements.filter(({ type }) => type === 'counted')).toHaveLength(1);
  });
});
