import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ModelNode } from '../../testing/model-node.ts';
import { canCluster, RedisCluster } from '../../testing/redis-cluster.ts';
import { SentinelGroup } from '../../testing/redis-sentinel.ts';
import { expectTruth } from '../../testing/redis-trio.ts';
import type { RedisSettings } from './settings.ts';
import { clusterTiming } from './timing.ts';

const cleanups: (() => unknown)[] = [];
const channels = Array.from({ length: 12 }, (_, index) => `presence-${index}`);

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function startNodes(settings: Partial<RedisSettings>): Promise<readonly ModelNode[]> {
  const keyPrefix = randomUUID();
  const nodes = await Promise.all(
    ['first', 'second'].map((name) => ModelNode.start(name, { settings: { ...settings, keyPrefix }, timing: clusterTiming })),
  );
  cleanups.push(() => Promise.all(nodes.map(({ node }) => node.close())));
  return nodes;
}

function populate(nodes: readonly ModelNode[], suffix: string): void {
  for (const channel of channels)
    for (const { name, join } of nodes.map((node) => ({ name: node.name, join: node.join.bind(node) }))) join(channel, name + suffix);
}

/** Resolves when something that one node published has reached all of them. */
async function expectDelivery(nodes: readonly ModelNode[], milliseconds: number): Promise<void> {
  const frame = randomUUID();
  const envelopes = channels.map((channel) => ({ topic: `app/${channel}`, frame }));
  await vi.waitFor(() => nodes[0]?.node.broker.publish(envelopes), { timeout: milliseconds, interval: 100 });
  await vi.waitFor(() => {
    for (const { node } of nodes) {
      const frames = node.received.flat().filter((message) => !('type' in message) && message.frame === frame);
      expect(new Set(frames.map((message) => ('type' in message ? '' : message.topic))).size).toBe(channels.length);
    }
  }, 5000);
}

describe('nodes of a cluster', { timeout: 90_000 }, () => {
  it.skipIf(!canCluster())('meet in the partitions of a Redis Cluster, and survive the failover of a primary', async () => {
    const cluster = await RedisCluster.start({ replicas: 1 });
    cleanups.push(() => cluster.stop());
    const nodes = await startNodes({ cluster: { nodes: cluster.addresses }, partitions: 8 });
    populate(nodes, '');
    await expectTruth(nodes, channels);
    await expectDelivery(nodes, 1000);
    await cluster.servers[0]?.kill();
    await vi.waitFor(() => expect(nodes.every(({ node }) => node.broker.outageMilliseconds() === 0)).toBe(false), 5000);
    await vi.waitFor(() => expect(nodes.every(({ node }) => node.broker.outageMilliseconds() === 0)).toBe(true), { timeout: 20_000, interval: 100 });
    await expectDelivery(nodes, 5000);
    populate(nodes, '-later');
    await expectTruth(nodes, channels, 20_000);
    expect(nodes.map(({ node }) => node.drivers.cluster.sweeps)).toEqual([0, 0]);
  });

  it('follow the Sentinels to another primary, and sweep nobody for the outage', async () => {
    const group = await SentinelGroup.start({ downAfterMilliseconds: 9000 });
    cleanups.push(() => group.stop());
    const nodes = await startNodes({ sentinel: { name: group.name, nodes: group.addresses }, partitions: 2 });
    populate(nodes, '');
    await expectTruth(nodes, channels);
    const old = await group.primary();
    await old.kill();
    await expect(nodes[0]?.node.broker.publish([{ topic: 'app/room', frame: '{}' }])).rejects.toThrow();
    await group.promoted(old);
    // What is published before a node has subscribed again may miss it.
    await vi.waitFor(() => expect(nodes.every(({ node }) => node.broker.outageMilliseconds() === 0)).toBe(true), { timeout: 5000, interval: 100 });
    await expectDelivery(nodes, 5000);
    populate(nodes, '-later');
    await expectTruth(nodes, channels, 20_000);
    expect(nodes.map(({ node }) => node.drivers.cluster.sweeps)).toEqual([0, 0]);
  });
});
