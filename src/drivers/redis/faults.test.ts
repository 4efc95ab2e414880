import { describe, expect, it, vi } from 'vitest';
import type { ModelNode } from '../../testing/model-node.ts';
import { presenceFaults } from '../../testing/presence-check.ts';
import { quickTiming } from '../../testing/redis-node.ts';
import { expectHooks, expectTruth, readHooks, startTrio, type Trio } from '../../testing/redis-trio.ts';
import { until } from '../../testing/until.ts';

const channels = ['presence-a', 'presence-b'];
const room = { topic: 'app/room', frame: '{}' };
const timeout = 30_000;

/** Resolves when each of the nodes sees as many members in the channel. */
function sees(node: ModelNode, channel: string, members: number): Promise<true> {
  const isSeen = (): boolean => [...node.clients].some((client) => client.channel === channel && client.members?.size === members);
  return until(async () => (isSeen() ? true : undefined));
}

/** One client of each node in the first channel, and one of the first node alone in the second. */
async function populate({ nodes }: Trio): Promise<void> {
  for (const [index, node] of nodes.entries()) node.join('presence-a', `user-${index}`);
  nodes[0].join('presence-b', 'user-0');
  for (const node of nodes) await sees(node, 'presence-a', 3);
  await expectTruth(nodes, channels);
}

describe('a cluster', () => {
  it('takes away what a dead node held, once', { timeout }, async () => {
    const trio = await startTrio(1);
    await populate(trio);
    const [dead, second, third] = trio.nodes;
    trio.proxies[0].refuse();
    await expectTruth([second, third], channels);
    expect(await readHooks(trio)).toEqual(
      expect.arrayContaining(['member_removed presence-a user-0', 'member_removed presence-b user-0', 'channel_vacated presence-b']),
    );
    await expectHooks(trio, [second, third]);
    expect(dead.faults).toEqual([]);
  });

  it('takes a node back that was silent for too long, and tells its own clients nothing', { timeout }, async () => {
    const trio = await startTrio(2);
    await populate(trio);
    const [first, second, third] = trio.nodes;
    trio.proxies[0].partition();
    await expectTruthFor([second, third], 2);
    const heard = first.node.announcements.length;
    trio.proxies[0].heal();
    await expectTruth(trio.nodes, channels);
    await expectHooks(trio, trio.nodes);
    expect(first.node.announcements.slice(heard).filter(({ type }) => type === 'member_removed')).toEqual([]);
    expect(first.node.drivers.cluster.reentries).toBe(1);
  });

  it('keeps everybody when Redis comes back empty, and calls no webhooks for it', { timeout }, async () => {
    const trio = await startTrio(3);
    await populate(trio);
    const heard = trio.nodes.map(({ node }) => node.announcements.length);
    await trio.server.kill();
    await expect(trio.nodes[0].node.broker.publish([room])).rejects.toThrow();
    await trio.server.launch();
    await expectTruth(trio.nodes, channels, 10_000);
    const news = trio.nodes.flatMap(({ node }, index) => node.announcements.slice(heard[index]).filter(({ type }) => type === 'member_removed'));
    expect(news).toEqual([]);
    expect(await readHooks(trio)).toEqual([]);
    await trio.nodes[0].node.broker.publish([room]);
  });

  it('notices who left while Redis was away and lost everything, and tells webhooks once', { timeout }, async () => {
    const trio = await startTrio(4);
    await populate(trio);
    const [first, second, third] = trio.nodes;
    await trio.server.kill();
    for (const client of [...first.clients]) first.leave(client);
    second.join('presence-a', 'newcomer');
    trio.proxies[0].refuse(); // and it never comes back
    await trio.server.launch();
    await expectTruth([second, third], channels);
    await until(async () => ((await readHooks(trio)).length >= 2 ? true : undefined));
    expect([...(await readHooks(trio))].sort()).toEqual(['member_added presence-a newcomer', 'member_removed presence-a user-0']);
  });

  it('notices who a returning node let go of while Redis lost everything', { timeout }, async () => {
    const trio = await startTrio(5);
    await populate(trio);
    const [first] = trio.nodes;
    await trio.server.kill();
    for (const client of [...first.clients]) first.leave(client);
    await trio.server.launch();
    await expectTruth(trio.nodes, channels);
    const expected = ['channel_vacated presence-b', 'member_removed presence-a user-0', 'member_removed presence-b user-0'];
    await vi.waitFor(async () => expect([...(await readHooks(trio))].sort()).toEqual(expected), { timeout: 5000 });
  });

  it('is right again after Redis came back with an older state', { timeout }, async () => {
    const trio = await startTrio(8);
    await populate(trio);
    const [first, second, third] = trio.nodes;
    await trio.redis.save();
    for (const client of [...first.clients]) first.leave(client);
    second.join('presence-b', 'newcomer');
    third.join('presence-a', 'newcomer');
    await expectTruth(trio.nodes, channels);
    await trio.server.kill();
    await trio.server.launch();
    await expectTruth(trio.nodes, channels);
    // Also when the time of doubt is over.
    await new Promise((resolve) => setTimeout(resolve, 2 * quickTiming.doubtMilliseconds));
    await expectTruth(trio.nodes, channels);
    expect(trio.nodes.map(({ node }) => node.drivers.cluster.reentries)).toEqual([1, 1, 1]);
  });

  it('tells again a channel that takes many calls, without anybody seeing it half', { timeout }, async () => {
    const trio = await startTrio(9);
    await populate(trio);
    const [first, second, third] = trio.nodes;
    for (let index = 0; index < 700; index += 1) first.join('presence-a', `one-of-many-${index}`);
    await expectTruth(trio.nodes, channels);
    await trio.redis.flushall();
    await expectTruth(trio.nodes, channels);
    trio.proxies[0].partition();
    await expectTruthFor([second, third], 2);
    trio.proxies[0].heal();
    first.join('presence-a', 'joiner');
    await expectTruth(trio.nodes, channels);
    expect(first.node.drivers.cluster.reentries).toBe(2);
  });

  it('counts what a lost subscriber connection missed, and repairs rosters', { timeout }, async () => {
    const trio = await startTrio(6);
    await populate(trio);
    const [first, second] = trio.nodes;
    for (let round = 0; round < 5; round += 1) {
      await trio.redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
      for (const client of [...second.clients]) second.leave(client);
      second.join('presence-a', `round-${round}`);
      first.join('presence-b', `round-${round}`);
    }
    await expectTruth(trio.nodes, channels, 3000);
    await expectHooks(trio, trio.nodes);
    expect(trio.nodes.some(({ node }) => node.drivers.cluster.lost > 0)).toBe(true);
  });

  it('never lets a call that was delayed undo a later one', { timeout }, async () => {
    const trio = await startTrio(7);
    await populate(trio);
    const [first] = trio.nodes;
    const [client] = [...first.clients];
    if (client === undefined) throw new Error('nobody is there');
    trio.proxies[0].delay(3000); // longer than a command may take
    first.leave(client);
    await new Promise((resolve) => setTimeout(resolve, 100));
    trio.proxies[0].delay(0);
    first.join(client.channel, client.userId);
    await expectTruth(trio.nodes, channels);
    await new Promise((resolve) => setTimeout(resolve, 3500));
    expect(await presenceFaults(trio.nodes, channels)).toEqual([]);
  });
});

/** Resolves when the clients of these nodes see so many members in the first channel. */
async function expectTruthFor(nodes: readonly ModelNode[], members: number): Promise<void> {
  for (const node of nodes) await sees(node, 'presence-a', members);
}
