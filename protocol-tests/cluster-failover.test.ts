import { Redis } from 'ioredis';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { RedisCluster } from '../src/testing/redis-cluster.ts';
import { SentinelGroup } from '../src/testing/redis-sentinel.ts';
import type { RedisServer } from '../src/testing/redis-server.ts';
import { api, trigger } from './support/api.ts';
import { Client } from './support/client.ts';
import { type Cluster, isLong, ownCluster, within } from './support/cluster.ts';
import { listener } from './support/listener.ts';
import { deliveryFaults, Load } from './support/load.ts';
import { membersSeen } from './support/members.ts';
import { countSubscriptions, listUsers } from './support/queries.ts';
import { needsOwnServer } from './support/target.ts';

/** Longer than any lease: a node is dead after about 12 s. */
const outageMilliseconds = isLong ? 30_000 : 14_000;
const timeout = 180_000;
const rooms = Array.from({ length: 12 }, (_, index) => `presence-room-${index}`);
const ids = ['user-0', 'user-1', 'user-2'];

/** A primary that falls silent, its successor, and how both are told apart. */
interface Failover {
  readonly silence: () => unknown;
  readonly promoted: () => Promise<unknown>;
  readonly wake: () => void;
}

/** A member of every room on each node. */
async function populate(cluster: Cluster): Promise<readonly Client[]> {
  const clients = await Promise.all(cluster.targets.map((target) => Client.connect(target)));
  for (const [index, client] of clients.entries()) {
    for (const room of rooms) client.requestSubscription(room, { user_id: `user-${index}` });
  }
  for (const client of clients) for (const room of rooms) await expect.poll(() => membersSeen(client, room).ids, within(10)).toEqual(ids);
  await expect.poll(() => cluster.hooks.state(), within(10)).toHaveLength(rooms.length * 4);
  return clients;
}

/** Publishes on every room until each node accepts it for each: every partition works. */
async function publishesAgain(cluster: Cluster, seconds: number): Promise<void> {
  const tries = cluster.targets.flatMap((target) =>
    rooms.map((channel) =>
      expect.poll(async () => (await api(target, 'POST', '/events', { name: 'again', channel, data: '' })).status, within(seconds)).toBe(200),
    ),
  );
  await Promise.all(tries);
}

async function livesThrough(cluster: Cluster, { silence, promoted, wake }: Failover): Promise<void> {
  const clients = await populate(cluster);
  const hooksBefore = cluster.hooks.lines().length;
  const loads = ['load-0', 'load-1', 'load-2'].map((channel) => new Load(channel, () => cluster.targets));
  const listeners = await Promise.all(cluster.targets.map((target) => listener(target, ...loads.map(({ channel }) => channel))));
  const listenedAt = performance.now();
  const before = (load: Load) => load.accepted.filter(({ sentAt, answeredAt }) => sentAt > listenedAt && answeredAt < silentAt);
  let silentAt = Number.POSITIVE_INFINITY;
  for (const load of loads) await expect.poll(() => before(load).length, within(10)).toBeGreaterThan(5);

  silentAt = performance.now();
  await silence();
  await promoted();
  await publishesAgain(cluster, 5);
  const againAt = performance.now(); // only now is every node subscribed to the successor
  const after = (load: Load) => load.accepted.filter(({ sentAt }) => sentAt > againAt);
  wake();
  const wokenAt = performance.now();
  await expect.poll(() => performance.now() - wokenAt, within(30)).toBeGreaterThan(5000); // the demoted primary learns what it is
  await Promise.all(loads.map((load) => load.stop()));
  await publishesAgain(cluster, 10);
  for (const load of loads)
    await trigger(cluster.targets[0] as Cluster['targets'][number], { name: `end-${load.channel}`, channel: load.channel, data: '' });

  for (const client of listeners) {
    for (const load of loads) {
      await client.next(`end-${load.channel}`);
      expect(deliveryFaults(client, [...before(load), ...after(load)], load.channel), load.channel).toEqual({ missing: [], repeated: [] });
    }
  }
  for (const client of clients) {
    for (const room of rooms) expect(membersSeen(client, room)).toMatchObject({ ids, faults: [] });
    expect(client.received.filter((text) => text.includes('member_removed'))).toEqual([]);
  }
  for (const target of cluster.targets) {
    for (const room of rooms) expect(await listUsers(target, room)).toEqual(ids);
    for (const { channel } of loads) await expect.poll(() => countSubscriptions(target, channel), within(5)).toBe(3);
  }
  const news = cluster.hooks.lines().slice(hooksBefore);
  expect(news.filter((line) => !line.includes('load-'))).toEqual([]);
}

describe('a failover', { timeout }, () => {
  beforeEach(needsOwnServer('several nodes'));

  it('by Sentinels, longer than the lease, sweeps nobody, loses nothing that was answered 200 before and after, and lets publish again within 5 s', async () => {
    const group = await SentinelGroup.start({ downAfterMilliseconds: outageMilliseconds });
    onTestFinished(() => group.stop());
    const cluster = await ownCluster({ redis: { sentinel: { name: group.name, nodes: group.addresses } } });
    const primary = await group.primary();
    await livesThrough(cluster, {
      silence: () => primary.pause(),
      promoted: () => group.promoted(primary, 60_000),
      wake: () => primary.resume(),
    });
  });

  it('while the old primary still answers does neither', async () => {
    const group = await SentinelGroup.start();
    onTestFinished(() => group.stop());
    const cluster = await ownCluster({ redis: { sentinel: { name: group.name, nodes: group.addresses } } });
    const primary = await group.primary();
    await livesThrough(cluster, { silence: () => group.failOver(), promoted: () => group.promoted(primary), wake: () => undefined });
  });

  it('of a Redis Cluster, longer than the lease, does neither', async () => {
    const redis = await RedisCluster.start({ primaries: 3, replicas: 1, nodeTimeoutMilliseconds: outageMilliseconds });
    onTestFinished(() => redis.stop());
    const cluster = await ownCluster({ redis: { cluster: { nodes: redis.addresses } } });
    const [primary, , , replica] = redis.servers;
    if (primary === undefined || replica === undefined) throw new Error('six servers were started');
    await livesThrough(cluster, {
      silence: () => primary.pause(),
      promoted: () => becomesPrimary(replica),
      wake: () => primary.resume(),
    });
  });
});

async function becomesPrimary({ url }: RedisServer): Promise<void> {
  const redis = new Redis(url);
  try {
    await expect.poll(async () => String(await redis.call('ROLE')), within(90)).toMatch(/^master/);
  } finally {
    redis.disconnect();
  }
}
