import { Redis } from 'ioredis';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { seededRandom } from '../src/testing/seeded-random.ts';
import { api, trigger } from './support/api.ts';
import { Client } from './support/client.ts';
import { type Cluster, isLong, ownCluster, within } from './support/cluster.ts';
import { hookLines } from './support/hooks.ts';
import { listener } from './support/listener.ts';
import { deliveryFaults, Load, shotsSeen } from './support/load.ts';
import { membersSeen } from './support/members.ts';
import { countSubscriptions, listUsers } from './support/queries.ts';
import { needsOwnServer, type Target } from './support/target.ts';

const room = 'presence-room';
const timeout = 120_000;

async function member(target: Target, userId: string): Promise<Client> {
  const client = await Client.connect(target);
  await client.subscribe(room, { user_id: userId });
  return client;
}

/** One member on each node, named after its number. */
async function membersOf(cluster: Cluster): Promise<readonly Client[]> {
  const clients: Client[] = [];
  for (const [index, target] of cluster.targets.entries()) clients.push(await member(target, `user-${index}`));
  return clients;
}

/** Resolves when all of these clients and all nodes know exactly these members. */
async function expectMembers(cluster: Cluster, clients: readonly Client[], ids: readonly string[], seconds: number): Promise<void> {
  const endsAt = performance.now() + seconds * 1000;
  const left = () => ({ timeout: Math.max(1, endsAt - performance.now()), interval: 50 });
  for (const client of clients) await expect.poll(() => membersSeen(client, room), left()).toMatchObject({ ids, faults: [] });
  for (const target of cluster.targets) await expect.poll(() => listUsers(target, room), left()).toEqual(ids);
}

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
    const clients = await membersOf(cluster);
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
    const clients = await membersOf(cluster);
    const [first] = cluster.nodes;
    if (first === undefined) throw new Error('nodes were started');
    const load = new Load('load', () => cluster.targets);
    const churn: Client[] = [];
    const rounds = isLong ? 200 : 15;
    for (let round = 0; round < rounds; round += 1) {
      // Scripts are called by their digests: whatever the next request is, it is executed and not answered.
      first.proxy.swallowNext((request) => /evalsha/i.test(request.toString('latin1')));
      churn.push(await member(first.target, `churn-${round}`));
      if (round % 2 === 0) await churn[round]?.close();
    }
    first.proxy.heal();
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
    const added = hookLines(cluster.receiver).filter((line) => line.startsWith('member_added'));
    expect(new Set(added).size).toBe(added.length);
  });

  it('is not noticed by who publishes: the batch is sent again, and delivered once', async () => {
    const cluster = await ownCluster({ nodes: 2 });
    const [first, second] = cluster.nodes;
    if (first === undefined || second === undefined) throw new Error('nodes were started');
    const listeners = [await listener(first.target, 'room'), await listener(second.target, 'room')];
    const statuses: number[] = [];
    for (let round = 0; round < 10; round += 1) {
      first.proxy.swallowNext((request) => request.includes(`round-${round}`));
      const { status } = await api(first.target, 'POST', '/events', { name: `round-${round}`, channel: 'room', data: '' });
      statuses.push(status);
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

describe('a node that is cut off from Redis', { timeout }, () => {
  beforeEach(needsOwnServer('several nodes'));

  it('is unready within 5 s, and right within 15 s after it is healed', async () => {
    const cluster = await ownCluster();
    const [first, second, third] = cluster.nodes;
    if (first === undefined || second === undefined || third === undefined) throw new Error('three nodes were started');
    const clients = await membersOf(cluster);
    const [cutOff, ...others] = clients as [Client, Client, Client];
    const load = new Load('load', () => [second.target, third.target]);
    const listeners = await Promise.all([second, third].map(({ target }) => listener(target, 'load')));
    const ready = async (target: Target): Promise<number> => (await fetch(`${target.httpUrl}/ready`)).status;

    first.proxy.partition();
    const partitionedAt = performance.now();
    await expect.poll(() => ready(first.target), within(5.5)).toBe(503); // half a second for the questions themselves
    expect((await fetch(`${first.target.httpUrl}/live`)).status).toBe(200);
    expect((await api(first.target, 'POST', '/events', { name: 'refused', channel: 'load', data: '' })).status).toBe(503);
    expect(await Promise.all([second, third].map(({ target }) => ready(target)))).toEqual([200, 200]);
    for (const client of others) await expect.poll(() => membersSeen(client, room).ids, within(20)).toEqual(['user-1', 'user-2']);
    const newcomer = await member(third.target, 'newcomer');
    await others[0].close();
    await expect.poll(() => performance.now() - partitionedAt, within(60)).toBeGreaterThan(isLong ? 30_000 : 14_000);
    await cutOff.flush(); // its socket lives

    first.proxy.heal();
    const healedAt = performance.now();
    const ids = ['newcomer', 'user-0', 'user-2'];
    await expectMembers(cluster, [cutOff, others[1], newcomer], ids, 15);
    const left = () => ({ timeout: Math.max(1, 15_000 - (performance.now() - healedAt)), interval: 50 });
    await expect.poll(() => ready(first.target), left()).toBe(200);
    await expect.poll(async () => (await api(first.target, 'POST', '/events', { name: 'end', channel: 'load', data: '' })).status, left()).toBe(200);
    await load.stop();
    for (const client of listeners) {
      await client.next('end');
      expect(deliveryFaults(client, load.accepted.slice(10), 'load')).toEqual({ missing: [], repeated: [] });
      expect(client.received.join()).not.toContain('"refused"');
    }
    // Who was cut off is told the net difference only; the others that it went and came back, once.
    expect(membersSeen(cutOff, room).changes.slice(2).toSorted()).toEqual(['+newcomer', '-user-1']);
    expect(membersSeen(others[1], room).changes.filter((change) => change.includes('user-0'))).toEqual(['-user-0', '+user-0']);
    const told = hookLines(cluster.receiver).filter((line) => line.endsWith('user-0'));
    expect(told).toEqual(['member_added', 'member_removed', 'member_added'].map((name) => `${name} ${room} user-0`));
  });
});

describe('a Redis that answers 500 ms late', { timeout }, () => {
  beforeEach(needsOwnServer('several nodes'));

  it("delays everything, loses nothing, and fills nobody's memory", async () => {
    const cluster = await ownCluster({ nodes: 2 });
    const targets = cluster.targets as [Target, Target];
    for (const { proxy } of cluster.nodes) proxy.delay(250); // each way
    const listeners = await Promise.all(targets.map((target) => listener(target, 'load')));
    const clients = await membersOf(cluster);
    const load = new Load('load', () => targets, 64);
    const seconds = isLong ? 60 : 5;
    for (let second = 0; second < seconds; second += 1) {
      const startedAt = performance.now();
      const guest = await member(targets[second % 2] as Target, `guest-${second}`);
      await expect.poll(() => performance.now() - startedAt, within(5)).toBeGreaterThan(900);
      await guest.close();
    }
    await load.stop();
    for (const client of listeners) await expect.poll(() => shotsSeen(client, 'load').length, within(10)).toBe(load.accepted.length);
    for (const client of listeners) expect(deliveryFaults(client, load.accepted, 'load')).toEqual({ missing: [], repeated: [] });
    expect(load.accepted.length).toBe(load.shots.length);
    await expectMembers(cluster, clients, ['user-0', 'user-1'], 10);
  });
});
