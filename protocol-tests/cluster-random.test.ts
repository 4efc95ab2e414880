import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { FaultProxy } from '../src/testing/fault-proxy.ts';
import { canCluster, RedisCluster } from '../src/testing/redis-cluster.ts';
import { seededRandom } from '../src/testing/seeded-random.ts';
import { type Cluster, deadline, isLong, ownCluster, within } from './support/cluster.ts';
import { allChannels, Crowd, disorder, eventsSeen, presenceRooms } from './support/crowd.ts';
import { membersSeen } from './support/members.ts';
import { countSubscriptions, listChannels, listUsers } from './support/queries.ts';
import { needsOwnServer } from './support/target.ts';

const operations = isLong ? 10_000 : 500;
const operationsBetweenQuietPoints = 50;
const atOnce = 6;
const timeout = isLong ? 900_000 : 120_000;

/** What has to be seen at a quiet point: everything that the model says, and nothing else. */
async function expectModel(cluster: Cluster, crowd: Crowd, seconds: number): Promise<void> {
  const left = deadline(seconds);
  for (const { client, channels } of crowd.visitors) {
    for (const room of presenceRooms) {
      if (channels.has(room)) await expect.poll(() => membersSeen(client, room), left()).toMatchObject({ ids: crowd.usersIn(room), faults: [] });
    }
  }
  for (const target of cluster.targets) {
    for (const room of presenceRooms) await expect.poll(() => listUsers(target, room), left()).toEqual(crowd.usersIn(room));
    for (const channel of allChannels) await expect.poll(() => countSubscriptions(target, channel), left()).toBe(crowd.subscriptions(channel));
    const occupied = allChannels.filter((channel) => crowd.subscriptions(channel) > 0);
    await expect.poll(() => listChannels(target), left()).toEqual(occupied.toSorted());
  }
  await expect.poll(() => cluster.hooks.state(), left()).toEqual(crowd.state());
}

/** Nobody received an event twice; with `isWhole` everybody received every event of the time it was there, in one order. */
async function expectEvents(crowd: Crowd, isWhole: boolean): Promise<void> {
  for (const visitor of crowd.visitors) {
    const seen = () => allChannels.flatMap((channel) => eventsSeen(visitor.client, channel));
    if (isWhole) await expect.poll(seen, within(5)).toEqual(expect.arrayContaining([...crowd.owedTo(visitor)]));
    expect(new Set(seen()).size).toBe(seen().length);
  }
  if (!isWhole) return;
  for (const channel of allChannels) expect(disorder([...crowd.visitors].map(({ client }) => eventsSeen(client, channel)))).toEqual([]);
}

interface Story {
  readonly seed: number;
  /** What befalls the connections to Redis between the quiet points. */
  readonly unrest?: Parameters<FaultProxy['disturb']>[0];
}

/** Lets a crowd act, and asks at every quiet point whether everything is as the model says. */
async function play(cluster: Cluster, { seed, unrest }: Story): Promise<void> {
  const random = seededRandom(seed);
  const isCalm = unrest === undefined;
  const crowd = new Crowd({ targets: cluster.targets, random, mayRefuse: !isCalm });
  for (let done = 0; done < operations; ) {
    if (!isCalm) for (const { proxy } of cluster.nodes) proxy.disturb(unrest);
    const quietAt = done + operationsBetweenQuietPoints;
    while (done < quietAt) done += await crowd.act(1 + Math.floor(random() * atOnce));
    for (const { proxy } of cluster.nodes) proxy.heal();
    await expectModel(cluster, crowd, isCalm ? 5 : 10);
    await expectEvents(crowd, isCalm);
  }
}

describe('random operations on three nodes', { timeout }, () => {
  beforeEach(needsOwnServer('several nodes'));

  it('leave rosters, counts, frames and webhooks as a list would have them', async () => {
    await play(await ownCluster(), { seed: 7 });
  });

  it.skipIf(!canCluster())('do so on a Redis Cluster', async () => {
    const redis = await RedisCluster.start();
    onTestFinished(() => redis.stop());
    await play(await ownCluster({ redis: { cluster: { nodes: redis.addresses } } }), { seed: 9 });
  });

  it('do so while connections to Redis are cut, before and after it has executed', async () => {
    await play(await ownCluster(), { seed: 8, unrest: { cut: 0.02, swallow: 0.02 } });
  });
});
