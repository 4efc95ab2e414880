import { Redis } from 'ioredis';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { canCluster, RedisCluster } from '../src/testing/redis-cluster.ts';
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

/** A primary that falls silent, and its successor. */
interface Failover {
  readonly silence: () => unknown;
  readonly promoted: () => Promise<unknown>;
  readonly wake: () => void;
  /** Resolves when the old primary, which was not silent, has lost all nodes to its successor. */
  readonly left?: () => Promise<void>;
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

async function livesThrough(cluster: Cluster, { silence, promoted, wake, left }: Failover): Promise<void> {
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
  await left?.();
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

  it('by Sentinels that takes longer than the lease sweeps nobody, repeats nothing, and lets nodes publish within 5 s', async () => {
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

  it('while the old primary still answers does the same', async () => {
    const group = await SentinelGroup.start();
    onTestFinished(() => group.stop());
    const cluster = await ownCluster({ redis: { sentinel: { name: group.name, nodes: group.addresses } } });
    const primary = await group.primary();
    const left = async (): Promise<void> => hasAllSubscribers(await group.primary(), cluster.nodes.length);
    await livesThrough(cluster, { silence: () => group.failOver(), promoted: () => group.promoted(primary), wake: () => undefined, left });
  });

  it.skipIf(!canCluster())('of a Redis Cluster that takes longer than the lease does the same', async () => {
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

describe('a primary that was demoted', { timeout }, () => {
  beforeEach(needsOwnServer('several nodes'));

  it('answers no 200, and nothing is lost but time when it is promoted again', async () => {
    const cluster = await ownCluster();
    const clients = await populate(cluster);
    const load = new Load('load', () => cluster.targets);
    await expect.poll(() => load.accepted.length, within(10)).toBeGreaterThan(10);
    let demotedAt = 0;
    await ask(cluster.redis, async (redis) => {
      await redis.replicaof('127.0.0.1', 1); // nobody answers there: it keeps its data
      demotedAt = performance.now();
      await expect.poll(() => load.shots.filter(({ status }) => status === 503).length, within(10)).toBeGreaterThan(50);
      expect(load.accepted.filter(({ sentAt }) => sentAt > demotedAt)).toEqual([]);
      await redis.replicaof('NO', 'ONE');
    });
    await publishesAgain(cluster, 5);
    await load.stop();
    for (const client of clients) {
      for (const room of rooms) await expect.poll(() => membersSeen(client, room), within(5)).toMatchObject({ ids, faults: [] });
      expect(client.received.filter((text) => text.includes('member_removed'))).toEqual([]);
    }
  });
});

async function becomesPrimary(server: RedisServer): Promise<void> {
  await ask(server, (redis) => expect.poll(async () => String(await redis.call('ROLE')), within(90)).toMatch(/^master/));
}

/** Resolves when so many nodes listen to this server, and can publish there. */
async function hasAllSubscribers(server: RedisServer, nodes: number): Promise<void> {
  await ask(server, async (redis) => {
    const subscribers = async (): Promise<unknown> => {
      const [topic] = (await redis.pubsub('CHANNELS', 'clarion*')) as string[];
      return topic === undefined ? 0 : (await redis.pubsub('NUMSUB', topic))[1];
    };
    await expect.poll(subscribers, within(10)).toBe(nodes);
  });
}

async function ask({ url }: RedisServer, question: (redis: Redis) => Promise<unknown>): Promise<void> {
  const redis = new Redis(url);
  try {
    await question(redis);
  } finally {
    redis.disconnect();
  }
}
