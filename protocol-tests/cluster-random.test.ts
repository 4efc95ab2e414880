import { beforeEach, describe, expect, it } from 'vitest';
import { seededRandom } from '../src/testing/seeded-random.ts';
import { type Cluster, isLong, ownCluster, within } from './support/cluster.ts';
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
  const endsAt = performance.now() + seconds * 1000;
  const left = () => ({ timeout: Math.max(1, endsAt - performance.now()), interval: 20 });
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

describe('random operations on three nodes', { timeout }, () => {
  beforeEach(needsOwnServer('several nodes'));

  it('leave rosters, counts, frames and webhooks as a list would have them', async () => {
    const cluster = await ownCluster();
    const random = seededRandom(7);
    const crowd = new Crowd({ targets: cluster.targets, random, mayRefuse: false });
    for (let done = 0; done < operations; ) {
      const quietAt = done + operationsBetweenQuietPoints;
      while (done < quietAt) done += await crowd.act(1 + Math.floor(random() * atOnce));
      await expectModel(cluster, crowd, 5);
      await expectEvents(crowd, true);
    }
  });

  it('do so while connections to Redis are cut, before and after it has executed', async () => {
    const cluster = await ownCluster();
    const random = seededRandom(8);
    const crowd = new Crowd({ targets: cluster.targets, random, mayRefuse: true });
    for (let done = 0; done < operations; ) {
      for (const { proxy } of cluster.nodes) proxy.disturb({ cut: 0.02, swallow: 0.02 });
      const quietAt = done + operationsBetweenQuietPoints;
      while (done < quietAt) done += await crowd.act(1 + Math.floor(random() * atOnce));
      for (const { proxy } of cluster.nodes) proxy.heal();
      await expectModel(cluster, crowd, 10);
      await expectEvents(crowd, false);
    }
  });
});
