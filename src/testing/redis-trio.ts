import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { expect, onTestFinished, vi } from 'vitest';
import { hooksKey, partitionBase } from '../drivers/redis/keys.ts';
import { FaultProxy } from './fault-proxy.ts';
import { ModelNode } from './model-node.ts';
import { hookFaults, presenceFaults } from './presence-check.ts';
import { RedisServer } from './redis-server.ts';
import { seededRandom } from './seeded-random.ts';

export interface Trio {
  readonly server: RedisServer;
  /** A connection that nothing disturbs. */
  readonly redis: Redis;
  readonly nodes: readonly [ModelNode, ModelNode, ModelNode];
  /** Between each node and Redis. */
  readonly proxies: readonly [FaultProxy, FaultProxy, FaultProxy];
  readonly random: () => number;
  /** The facts for webhooks. */
  readonly stream: string;
}

/** Three nodes on a Redis of their own, each behind a proxy, which end with the test. */
export async function startTrio(seed: number): Promise<Trio> {
  const server = await RedisServer.start();
  onTestFinished(() => server.stop());
  const redis = new Redis(server.url);
  redis.on('error', () => undefined); // it goes down with its server
  onTestFinished(() => redis.disconnect());
  const random = seededRandom(seed);
  const keyPrefix = randomUUID();
  const open = async (number: number) => {
    const proxy = await FaultProxy.open({ port: server.port, seed: seed * 10 + number });
    onTestFinished(() => proxy.close());
    return proxy;
  };
  const proxies = [await open(1), await open(2), await open(3)] as const;
  const start = async (name: string, proxy: FaultProxy) => {
    const started = await ModelNode.start(name, { settings: { url: `redis://127.0.0.1:${proxy.port}`, keyPrefix }, random });
    onTestFinished(async () => {
      proxy.heal();
      await started.node.close();
    });
    return started;
  };
  const nodes = [await start('first', proxies[0]), await start('second', proxies[1]), await start('third', proxies[2])] as const;
  return { server, redis, nodes, proxies, random, stream: hooksKey(partitionBase({ prefix: keyPrefix, database: 0 }, 0)) };
}

/** Resolves once every client sees who is there, and Redis tells the same. Nobody may ever have been told anything else. */
export async function expectTruth(nodes: readonly ModelNode[], channels: readonly string[], milliseconds = 15_000): Promise<void> {
  await vi.waitFor(async () => expect(await presenceFaults(nodes, channels)).toEqual([]), { timeout: milliseconds, interval: 50 });
  expect(nodes.flatMap(({ faults }) => faults)).toEqual([]);
}

/** The facts for webhooks alternate and end in the truth. */
export async function expectHooks({ redis, stream }: Trio, nodes: readonly ModelNode[]): Promise<void> {
  expect(await hookFaults(redis, stream, nodes)).toEqual([]);
}

/** The facts for webhooks, in short. */
export async function readHooks({ redis, stream }: Trio): Promise<readonly string[]> {
  const entries = await redis.xrange(stream, '-', '+');
  return entries.map(([, fields]) => {
    const { type, channel, userId } = JSON.parse(fields[1] ?? '') as { type: string; channel: string; userId?: string };
    return [type, channel, ...(userId === undefined ? [] : [userId])].join(' ');
  });
}
