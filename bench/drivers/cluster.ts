import { Redis } from 'ioredis';
import type { Core } from '../measure/cores.ts';
import { type RedisTarget, startRedis } from '../targets/redis.ts';
import { DriverNode } from './node.ts';

/** Nodes of nothing but drivers, on a Redis of their own, with a connection that looks on. */
export interface DriverCluster {
  readonly redis: RedisTarget;
  /** Not one of the nodes' connections. */
  readonly observer: Redis;
  readonly nodes: readonly DriverNode[];
}

interface ClusterOptions {
  readonly sources: string | undefined;
  readonly redisCore: Core;
  readonly nodeCores: readonly Core[];
  readonly partitions?: number;
}

/** Starts a cluster with a node on each of the cores, and stops it when the work is done. */
export async function withCluster<Result>(options: ClusterOptions, work: (cluster: DriverCluster) => Promise<Result>): Promise<Result> {
  const { sources, redisCore, nodeCores, partitions = 1 } = options;
  if (sources === undefined) throw new Error('There are no compiled drivers');
  const redis = await startRedis(redisCore);
  const observer = new Redis(redis.url);
  const nodes: DriverNode[] = [];
  try {
    for (const core of nodeCores) nodes.push(await DriverNode.start({ sources, redisUrl: redis.url, partitions }, core));
    return await work({ redis, observer, nodes });
  } finally {
    await Promise.all(nodes.map((node) => node.kill()));
    observer.disconnect();
    await redis.stop();
  }
}
