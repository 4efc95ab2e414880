import { spawnSync } from 'node:child_process';
import { Redis } from 'ioredis';
import { freePort } from './free-port.ts';
import { RedisServer, serverProgram } from './redis-server.ts';
import { until } from './until.ts';

const slots = 16_384;

export interface RedisClusterOptions {
  readonly primaries?: number;
  /** Of each primary. */
  readonly replicas?: number;
  /** Silence after which a primary is replaced. */
  readonly nodeTimeoutMilliseconds?: number;
}

const oldestMajor = 7;

/** Whether the server that tests run is new enough for a Cluster that nodes can use. */
export function canCluster(): boolean {
  const { stdout } = spawnSync(serverProgram(), ['--version'], { encoding: 'utf8' });
  return Number(/ v=(\d+)/.exec(stdout)?.[1]) >= oldestMajor;
}

/** A Redis Cluster on free ports of 127.0.0.1, where `canCluster`. */
export class RedisCluster {
  /** The primaries first, as they were at the start. */
  readonly servers: RedisServer[] = [];

  /** Resolves when every server answers that the cluster is ready. */
  static async start({ primaries = 3, replicas = 0, nodeTimeoutMilliseconds = 1000 }: RedisClusterOptions = {}): Promise<RedisCluster> {
    const cluster = new RedisCluster();
    try {
      const busPorts: number[] = [];
      for (let index = 0; index < primaries * (1 + replicas); index += 1) {
        const busPort = await freePort();
        busPorts.push(busPort);
        const args = ['--cluster-enabled', 'yes', '--cluster-port', String(busPort), '--cluster-node-timeout', String(nodeTimeoutMilliseconds)];
        cluster.servers.push(await RedisServer.start({ args: [...args, '--repl-diskless-sync-delay', '0'] }));
      }
      await cluster.#join(primaries, busPorts);
    } catch (cause) {
      await cluster.stop();
      throw cause;
    }
    return cluster;
  }

  /** All servers, each `HOST:PORT`. */
  get addresses(): readonly string[] {
    return this.servers.map(({ address }) => address);
  }

  async stop(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.stop()));
  }

  async #join(primaries: number, busPorts: readonly number[]): Promise<void> {
    const connections = this.servers.map(({ port }) => new Redis({ port, host: '127.0.0.1' }));
    try {
      const ids = await Promise.all(connections.map((redis) => redis.cluster('MYID')));
      for (const [index, redis] of connections.entries()) {
        if (index < primaries) await redis.cluster('ADDSLOTSRANGE', ...rangeOf(index, primaries));
        if (index > 0) await connections[0]?.call('CLUSTER', 'MEET', '127.0.0.1', String(this.servers[index]?.port), String(busPorts[index]));
      }
      for (const [index, redis] of connections.entries()) {
        if (index >= primaries) await until(async () => redis.cluster('REPLICATE', String(ids[index % primaries])));
      }
      for (const redis of connections) await until(async () => isComplete(redis, connections.length));
    } finally {
      for (const redis of connections) redis.disconnect();
    }
  }
}

async function isComplete(redis: Redis, nodes: number): Promise<true | undefined> {
  const info = String(await redis.cluster('INFO'));
  const list = String(await redis.cluster('NODES'));
  const isKnown = info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${nodes}`);
  return isKnown && !list.includes('handshake') && !list.includes('fail') ? true : undefined;
}

function rangeOf(index: number, primaries: number): [first: number, last: number] {
  return [Math.floor((index * slots) / primaries), Math.floor(((index + 1) * slots) / primaries) - 1];
}
