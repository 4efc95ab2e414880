import { describe, expect, it, vi } from 'vitest';
import { presenceFaults } from '../../testing/presence-check.ts';
import { quickTiming } from '../../testing/redis-node.ts';
import { expectHooks, expectTruth, startTrio, type Trio } from '../../testing/redis-trio.ts';

const channels = ['presence-a', 'presence-b'];
const users = ['u1', 'u2', 'u3', 'u4', 'u5'];
/** More of both finds more: `CLUSTER_SEEDS=1,2,3 CLUSTER_OPERATIONS=10000`. */
const seeds = (process.env.CLUSTER_SEEDS ?? '1').split(',').map(Number);
const operations = Number(process.env.CLUSTER_OPERATIONS ?? 200);
const timeout = 30_000 + operations * 50;

/** Clients come and go at random, sometimes in one tick, sometimes a little later. */
async function bustle({ nodes, random }: Trio, disturb: () => void | Promise<void> = () => undefined): Promise<void> {
  for (let operation = 0; operation < operations; operation += 1) {
    const node = pick(nodes, random);
    const clients = [...node.clients];
    if (random() < clients.length / 8) node.leave(pick(clients, random));
    else node.join(pick(channels, random), pick(users, random));
    await disturb();
    if (random() < 0.5) await pause(random() * 10);
  }
}

function pick<T>(items: readonly T[], random: () => number): T {
  return items[Math.floor(random() * items.length)] as T;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

describe.each(seeds)('three nodes with random clients, seed %i', (seed) => {
  it('agree on who is there, and tell each coming and going once', { timeout }, async () => {
    const trio = await startTrio(seed);
    await bustle(trio);
    await expectTruth(trio.nodes, channels);
    await expectHooks(trio, trio.nodes);
  });

  it('agree when connections are cut before and after Redis has executed what was sent', { timeout }, async () => {
    const trio = await startTrio(seed);
    const { proxies, random } = trio;
    for (const proxy of proxies) proxy.disturb({ cut: 0.02, swallow: 0.02 });
    await bustle(trio, () => {
      if (random() < 0.03) pick(proxies, random).cut();
    });
    for (const proxy of proxies) proxy.heal();
    await expectTruth(trio.nodes, channels);
    await expectHooks(trio, trio.nodes);
  });

  it('agree when answers and messages are late', { timeout }, async () => {
    const trio = await startTrio(seed);
    for (const proxy of trio.proxies) proxy.delay({ minMilliseconds: 0, maxMilliseconds: 60 });
    await bustle(trio);
    await expectTruth(trio.nodes, channels);
    await expectHooks(trio, trio.nodes);
  });

  it('agree when nodes are cut off for so long that others declare them dead', { timeout }, async () => {
    const trio = await startTrio(seed);
    const { proxies, random } = trio;
    await bustle(trio, async () => {
      if (random() > 0.01) return;
      const proxy = pick(proxies, random);
      proxy.partition();
      const healed = pause(random() * 3000).then(() => proxy.heal());
      if (random() < 0.5) await healed;
    });
    await pause(3000);
    await expectTruth(trio.nodes, channels);
    await expectHooks(trio, trio.nodes);
  });

  it('agree after all of that at once', { timeout }, async () => {
    const trio = await startTrio(seed);
    const { nodes, proxies, redis, random, server } = trio;
    const faults: readonly (() => Promise<unknown> | unknown)[] = [
      () => pick(proxies, random).cut(),
      () => pick(proxies, random).disturb({ cut: 0.02, swallow: 0.02 }),
      () => pick(proxies, random).delay({ minMilliseconds: 0, maxMilliseconds: 100 }),
      () => pick(proxies, random).partition(),
      () => pick(proxies, random).refuse(),
      () => pick(proxies, random).heal(),
      () => pick(proxies, random).heal(),
      () => redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub').catch(() => undefined),
      () => redis.flushall().catch(() => undefined),
      () => redis.save().catch(() => undefined),
      async () => {
        await server.kill();
        await pause(random() * 1000);
        await server.launch();
      },
    ];
    await bustle(trio, async () => {
      if (random() < 0.05) await pick(faults, random)();
    });
    for (const proxy of proxies) proxy.heal();
    await vi.waitFor(async () => expect(await presenceFaults(nodes, channels)).toEqual([]), { timeout: 20_000, interval: 100 });
  });

  it('agree when Redis loses everything again and again', { timeout }, async () => {
    const trio = await startTrio(seed);
    const { redis, random } = trio;
    await bustle(trio, async () => {
      if (random() < 0.01) await redis.flushall();
    });
    await expectTruth(trio.nodes, channels);
    await pause(2 * quickTiming.doubtMilliseconds); // what is doubtful is decided by then
    await expectTruth(trio.nodes, channels);
  });
});
