import { Redis } from 'ioredis';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { seededRandom } from '../src/testing/seeded-random.ts';
import { api, trigger } from './support/api.ts';
import type { Client } from './support/client.ts';
import { type Cluster, isLong, ownCluster, within } from './support/cluster.ts';
import { listener } from './support/listener.ts';
import { deliveryFaults, Load } from './support/load.ts';
import { countSubscriptions } from './support/queries.ts';
import { expectMembers, joinEach, member, room } from './support/room.ts';
import { needsOwnServer, type Target } from './support/target.ts';

const timeout = 120_000;

/** A connection to the cluster's Redis that nothing disturbs. */
function undisturbed(cluster: Cluster): Redis {
  const redis = new Redis(cluster.redis.url);
  onTestFinished(() => redis.disconnect());
  return redis;
}

describe('a subscriber connection that is killed under load', { timeout }, () => {
  beforeEach(needsOwnServer('several nodes'));

  it('leaves a gap that is counted, rosters that are right within 3 s, and no ghost', async () => {
    const cluster = await ownCluster();
    const redis = undisturbed(cluster);
    const random = seededRandom(1);
    const clients = await joinEach(cluster);
    const listeners = await Promise.all(cluster.targets.map((target) => listener(target, 'load')));
    const load = new Load('load', () => cluster.targets);
    let ids = ['user-0', 'user-1', 'user-2'];
    for (let round = 0; round < (isLong ? 50 : 6); round += 1) {
      const subscribers = String(await redis.call('CLIENT', 'LIST', 'TYPE', 'pubsub'))
        .trim()
        .split('\n');
      const victim = /id=(\d+)/.exec(subscribers[Math.floor(random() * subscribers.length)] ?? '')?.[1] ?? '';
      await redis.call('CLIENT', 'KILL', 'ID', victim);
      // In the gap, somebody comes on one node, and somebody leaves another.
      const comer = await member(cluster.targets[round % 3] as Target, `comer-${round}`);
      const leaver = await member(cluster.targets[(round + 1) % 3] as Target, `leaver-${round}`);
      await leaver.close();
      ids = [...ids, `comer-${round}`].toSorted();
      await expectMembers(cluster, [...clients, comer], ids, 3);
    }
    await load.stop();
    await expect.poll(() => countSubscriptions(cluster.targets[0] as Target, 'load'), within(3)).toBe(3);
    const [target] = cluster.targets;
    if (target !== undefined) await trigger(target, { name: 'end', channel: 'load', data: '' });
    const missing: number[] = [];
    for (const client of listeners) {
      await client.next('end');
      const faults = deliveryFaults(client, load.accepted, 'load');
      expect(faults.repeated).toEqual([]);
      missing.push(...faults.missing);
    }
    // No silent gap: what did not arrive was counted. The first answers may have come before the listeners.
    const counted = cluster.log().filter(({ msg }) => msg === 'messages of other nodes were lost');
    const lost = counted.reduce((sum, line) => sum + Number(line.lost), 0);
    expect(missing.length === 0 || lost > 0).toBe(true);
    expect(load.accepted.length).toBeGreaterThan(20);
  });
});

describe('a connection that is cut after Redis has executed and before it has answered', { timeout }, () => {
  beforeEach(needsOwnServer('several nodes'));

  it('makes nothing arrive twice, and moves no count', async () => {
    const cluster = await ownCluster();
    const listeners = await Promise.all(cluster.targets.map((target) => listener(target, 'load')));
    const clients = await joinEach(cluster);
    const [first] = cluster.nodes;
    if (first === undefined) throw new Error('nodes were started');
    const load = new Load('load', () => cluster.targets);
    const churn: Client[] = [];
    const rounds = isLong ? 200 : 15;
    let cuts = 0;
    const isCut = (request: Buffer): boolean => {
      const isScript = /evalsha/i.test(request.toString('latin1')); // scripts are called by their digests
      if (isScript) cuts += 1;
      return isScript;
    };
    for (let round = 0; round < rounds; round += 1) {
      first.proxy.swallowNext(isCut); // whatever the next request is, it is executed and not answered
      churn.push(await member(first.target, `churn-${round}`));
      if (round % 2 === 0) await churn[round]?.close();
    }
    first.proxy.heal();
    expect(cuts).toBeGreaterThan(rounds / 2);
    const stayed = churn.map((_, round) => `churn-${round}`).filter((_, round) => round % 2 === 1);
    const ids = [...stayed, 'user-0', 'user-1', 'user-2'].toSorted();
    await expectMembers(cluster, [...clients, ...churn.filter((_, round) => round % 2 === 1)], ids, 5);
    await load.stop();
    for (const target of cluster.targets) {
      await expect.poll(() => countSubscriptions(target, 'load'), within(5)).toBe(3);
      await expect.poll(() => countSubscriptions(target, room), within(5)).toBe(ids.length);
    }
    await expect
      .poll(async () => (await api(first.target, 'POST', '/events', { name: 'end', channel: 'load', data: '' })).status, within(5))
      .toBe(200);
    for (const client of listeners) {
      await client.next('end');
      expect(deliveryFaults(client, [], 'load').repeated).toEqual([]);
    }
    const added = cluster.hooks.lines().filter((line) => line.startsWith('member_added'));
    expect(new Set(added).size).toBe(added.length);
  });

  it('is not noticed by who publishes: the batch is sent again, and delivered once', async () => {
    const cluster = await ownCluster({ nodes: 2 });
    const [first, second] = cluster.nodes;
    if (first === undefined || second === undefined) throw new Error('nodes were started');
    const listeners = [await listener(first.target, 'room'), await listener(second.target, 'room')];
    const statuses: number[] = [];
    for (let round = 0; round < 10; round += 1) {
      let isCut = false;
      first.proxy.swallowNext((request) => {
        isCut = request.includes(`round-${round}`);
        return isCut;
      });
      const { status } = await api(first.target, 'POST', '/events', { name: `round-${round}`, channel: 'room', data: '' });
      statuses.push(status);
      expect(isCut).toBe(true);
      // Its own subscriptions are cut as well at times; then it refuses for a moment.
      await expect
        .poll(async () => (await api(first.target, 'POST', '/events', { name: 'ready', channel: 'other', data: '' })).status, within(5))
        .toBe(200);
    }
    expect(statuses).toEqual(statuses.map(() => 200));
    await trigger(second.target, { name: 'end', channel: 'room', data: '' });
    for (const client of listeners) {
      await client.next('end');
      const rounds = client.received.map((text) => JSON.parse(text).event).filter((name) => name.startsWith('round-'));
      expect(rounds).toEqual(statuses.map((_, round) => `round-${round}`));
    }
  });
});
