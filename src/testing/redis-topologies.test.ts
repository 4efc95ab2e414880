import { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { canCluster, RedisCluster } from './redis-cluster.ts';
import { SentinelGroup } from './redis-sentinel.ts';
import { RedisServer } from './redis-server.ts';

it('starts a Redis that is empty again after it was killed', async () => {
  const server = await RedisServer.start();
  const redis = new Redis(server.url);
  redis.on('error', () => undefined);
  await redis.set('a', '1');
  await server.kill();
  await server.launch();
  expect(await redis.get('a')).toBeNull();
  redis.disconnect();
  await server.stop();
});

it('starts a group that fails over', { timeout: 60_000 }, async () => {
  const group = await SentinelGroup.start();
  const old = await group.primary();
  await old.kill();
  const promoted = await group.promoted(old);
  expect(promoted).not.toBe(old);
  await group.stop();
});

it.skipIf(!canCluster())('starts a cluster of three primaries', { timeout: 60_000 }, async () => {
  const cluster = await RedisCluster.start();
  expect(cluster.addresses).toHaveLength(3);
  await cluster.stop();
});
