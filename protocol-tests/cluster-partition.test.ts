import { beforeEach, describe, expect, it } from 'vitest';
import { api } from './support/api.ts';
import type { Client } from './support/client.ts';
import { isLong, ownCluster, within } from './support/cluster.ts';
import { listener } from './support/listener.ts';
import { deliveryFaults, Load } from './support/load.ts';
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
    const clients = await joinEach(cluster);
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
    await expect.poll(() => performance.now() - partitionedAt, within(60)).toBeGreaterThan(partitionMilliseconds);
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
    const told = cluster.hooks.lines().filter((line) => line.endsWith('user-0'));
    expect(told).toEqual(['member_added', 'member_removed', 'member_added'].map((name) => `${name} ${room} user-0`));
  });
});
