import { beforeEach, describe, expect, it } from 'vitest';
import { api } from './support/api.ts';
import { Client } from './support/client.ts';
import { deadline, isLong, ownCluster, within } from './support/cluster.ts';
import { listener } from './support/listener.ts';
import { expectDelivered, Load } from './support/load.ts';
import { membersSeen } from './support/members.ts';
import { expectMembers, joinEach, member, room } from './support/room.ts';
import { needsOwnServer, type Target } from './support/target.ts';

const timeout = 120_000;
/** Longer than the lease, so that the node is swept. */
const partitionMilliseconds = isLong ? 30_000 : 14_000;

describe('a node that is cut off from Redis', { timeout }, () => {
  beforeEach(needsOwnServer('several nodes'));

  it('is unready within 5 s, and right within 15 s after it is healed', async () => {
    const cluster = await ownCluster();
    const [first, second, third] = cluster.nodes;
    if (first === undefined || second === undefined || third === undefined) throw new Error('three nodes were started');
    const [cutOff, ...others] = (await joinEach(cluster)) as [Client, Client, Client];
    const leaver = await member(first.target, 'leaver');
    await expectMembers(cluster, [cutOff, ...others], ['leaver', 'user-0', 'user-1', 'user-2'], 5);
    const knownChanges = membersSeen(cutOff, room).changes.length;
    const listeners = await Promise.all([second, third].map(({ target }) => listener(target, 'load')));
    const load = new Load('load', () => [second.target, third.target]);
    const ready = async (target: Target): Promise<number> => (await fetch(`${target.httpUrl}/ready`)).status;

    first.proxy.partition();
    const partitionedAt = performance.now();
    await expect.poll(() => ready(first.target), within(5.5)).toBe(503); // half a second for the questions themselves
    expect((await fetch(`${first.target.httpUrl}/live`)).status).toBe(200);
    expect((await api(first.target, 'POST', '/events', { name: 'refused', channel: 'load', data: '' })).status).toBe(503);
    for (const { target } of [second, third]) expect(await ready(target)).toBe(200);
    for (const client of others) await expect.poll(() => membersSeen(client, room).ids, within(20)).toEqual(['user-1', 'user-2']);
    const newcomer = await member(third.target, 'newcomer');
    await others[0].close();
    await leaver.close();
    const joiner = await Client.connect(first.target);
    joiner.requestSubscription(room, { user_id: 'joiner' }); // answered when Redis is back
    await expect.poll(() => performance.now() - partitionedAt, within(60)).toBeGreaterThan(partitionMilliseconds);
    await cutOff.flush(); // its socket lives

    first.proxy.heal();
    const left = deadline(15);
    const ids = ['joiner', 'newcomer', 'user-0', 'user-2'];
    await expectMembers(cluster, [cutOff, others[1], newcomer, joiner], ids, 15);
    await expect.poll(() => ready(first.target), left()).toBe(200);
    await expectDelivered(load, listeners, first.target);
    for (const client of listeners) expect(client.received.join()).not.toContain('"refused"');
    // Who was cut off is told the net difference only; the others that it went and came back, once.
    expect(membersSeen(cutOff, room).changes.slice(knownChanges).toSorted()).toEqual(['+joiner', '+newcomer', '-leaver', '-user-1']);
    expect(membersSeen(others[1], room).changes.filter((change) => change.includes('user-0'))).toEqual(['-user-0', '+user-0']);
    const told = cluster.hooks.lines().filter((line) => line.endsWith('user-0'));
    expect(told).toEqual(['member_added', 'member_removed', 'member_added'].map((name) => `${name} ${room} user-0`));
  });

  it('obeys what it did not hear: a user who was to be terminated is, and watchers learn who came and went', async () => {
    const cluster = await ownCluster({ nodes: 2, app: { watchlist: true } });
    const [first, second] = cluster.nodes;
    if (first === undefined || second === undefined) throw new Error('two nodes were started');
    const user = async (target: Target, id: string, watchlist: readonly string[] = []): Promise<Client> => {
      const client = await Client.connect(target);
      await client.signIn({ id, watchlist });
      return client;
    };
    const condemned = await user(first.target, 'condemned');
    const goer = await user(second.target, 'goer');
    const watcher = await user(first.target, 'watcher', ['goer', 'comer']);
    const told = ({ received }: Client): string => received.filter((text) => text.includes('watchlist_events')).join();
    await expect.poll(() => told(watcher), within(5)).toContain('goer');

    first.proxy.partition();
    expect((await api(second.target, 'POST', '/users/condemned/terminate_connections')).status).toBe(200);
    await goer.close();
    await user(second.target, 'comer');
    await expect.poll(async () => (await fetch(`${first.target.httpUrl}/ready`)).status, within(10)).toBe(503);
    await condemned.flush(); // not yet
    const lateWatcher = await user(first.target, 'late-watcher', ['goer', 'comer']);

    first.proxy.heal();
    for (const each of [watcher, lateWatcher]) await expect.poll(() => told(each), within(15)).toContain('comer');
    await expect.poll(() => told(watcher), within(15)).toContain('offline');
    expect(told(lateWatcher)).not.toContain('goer'); // it was told nothing of a user who is not there
    expect((await condemned.closed).code).toBe(4009);
  });
});
