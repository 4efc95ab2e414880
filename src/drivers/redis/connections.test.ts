import { Redis } from 'ioredis';
import { expect, it, onTestFinished, vi } from 'vitest';
import { canCluster, RedisCluster } from '../../testing/redis-cluster.ts';
import { RedisNode } from '../../testing/redis-node.ts';
import { RedisServer } from '../../testing/redis-server.ts';
import type { RedisSettings } from './settings.ts';

async function startNode(settings: Partial<RedisSettings>): Promise<RedisNode> {
  const node = await RedisNode.start({ settings });
  onTestFinished(() => node.close());
  await node.settle();
  return node;
}

/** The connections of others to a server, by name. */
async function connectionsTo({ url }: RedisServer): Promise<readonly string[]> {
  const redis = new Redis(url, { connectionName: 'counter' });
  const list = String(await redis.client('LIST'));
  redis.disconnect();
  const names = list.split('\n').flatMap((line) => / name=(\S*)/.exec(line)?.[1] ?? []);
  return names.filter((name) => name !== 'counter').toSorted();
}

it('of a node are one for commands and one for subscriptions', async () => {
  const server = await RedisServer.start();
  onTestFinished(() => server.stop());
  for (const nodes of [1, 2]) {
    await startNode({ url: server.url, partitions: 4 });
    const expected = ['clarion-commands', 'clarion-subscriber'].flatMap((name) => Array<string>(nodes).fill(name));
    await vi.waitFor(async () => expect(await connectionsTo(server)).toEqual(expected));
  }
});

it.skipIf(!canCluster())('of a node are one of each per primary of a Cluster', { timeout: 30_000 }, async () => {
  const cluster = await RedisCluster.start();
  onTestFinished(() => cluster.stop());
  await startNode({ cluster: { nodes: cluster.addresses }, partitions: 64 });
  for (const server of cluster.servers) {
    await vi.waitFor(async () => expect(await connectionsTo(server)).toEqual(['clarion-commands', 'clarion-subscriber']));
  }
});
