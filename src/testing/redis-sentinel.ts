import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { RedisServer } from './redis-server.ts';
import { until } from './until.ts';

export interface SentinelGroupOptions {
  readonly replicas?: number;
  readonly sentinels?: number;
  /** Silence after which the Sentinels agree that a primary is down. */
  readonly downAfterMilliseconds?: number;
  /** More options of each redis-server. */
  readonly args?: readonly string[];
}

/** A primary, its replicas and the Sentinels that watch them, on free ports of 127.0.0.1. */
export class SentinelGroup {
  /** The name under which the Sentinels know the group. */
  readonly name = 'mymaster';
  readonly servers: RedisServer[] = [];
  readonly sentinels: RedisServer[] = [];
  readonly #directory: string;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  /** Resolves when the Sentinels know each other and all replicas are in step. */
  static async start(options: SentinelGroupOptions = {}): Promise<SentinelGroup> {
    const group = new SentinelGroup(await mkdtemp(join(tmpdir(), 'clarion-sentinel-')));
    try {
      await group.#startServers(options);
      await group.#startSentinels(options);
    } catch (cause) {
      await group.stop();
      throw cause;
    }
    return group;
  }

  /** The Sentinels, each `HOST:PORT`. */
  get addresses(): readonly string[] {
    return this.sentinels.map(({ address }) => address);
  }

  /** The server that the Sentinels take for the primary now. */
  async primary(): Promise<RedisServer> {
    const address = await this.#ask((sentinel) => sentinel.call('SENTINEL', 'get-master-addr-by-name', this.name));
    const port = Array.isArray(address) ? Number(address[1]) : 0;
    const primary = this.servers.find((server) => server.port === port);
    if (primary === undefined) throw new Error(`the Sentinels name an unknown primary: ${String(address)}`);
    return primary;
  }

  /** Resolves when another server than `old` has been promoted and knows it. */
  async promoted(old: RedisServer, milliseconds?: number): Promise<RedisServer> {
    return until(async () => {
      const primary = await this.primary();
      if (primary === old) return undefined;
      return String(await command(primary, (redis) => redis.call('ROLE'))).startsWith('master') ? primary : undefined;
    }, milliseconds);
  }

  /** Tells a Sentinel to replace the primary although it is well. */
  async failOver(): Promise<void> {
    await this.#ask((sentinel) => sentinel.call('SENTINEL', 'failover', this.name));
  }

  async stop(): Promise<void> {
    await Promise.all([...this.sentinels, ...this.servers].map((server) => server.stop()));
    await rm(this.#directory, { recursive: true, force: true });
  }

  async #startServers({ replicas = 1, args = [] }: SentinelGroupOptions): Promise<void> {
    const shared = ['--repl-diskless-sync-delay', '0', ...args];
    const primary = await RedisServer.start({ args: shared });
    this.servers.push(primary);
    for (let index = 0; index < replicas; index += 1) {
      this.servers.push(await RedisServer.start({ args: [...shared, '--replicaof', '127.0.0.1', String(primary.port)] }));
    }
    await until(async () => (await command(primary, (redis) => redis.info('replication'))).split('state=online').length > replicas || undefined);
  }

  async #startSentinels({ replicas = 1, sentinels = 3, downAfterMilliseconds = 1000 }: SentinelGroupOptions): Promise<void> {
    const quorum = Math.floor(sentinels / 2) + 1;
    const lines = [
      `sentinel monitor ${this.name} 127.0.0.1 ${this.servers[0]?.port} ${quorum}`,
      `sentinel down-after-milliseconds ${this.name} ${downAfterMilliseconds}`,
      `sentinel failover-timeout ${this.name} 5000`,
    ];
    for (let index = 0; index < sentinels; index += 1) {
      const file = join(this.#directory, `sentinel-${index}.conf`);
      await writeFile(file, `${lines.join('\n')}\n`);
      this.sentinels.push(await RedisServer.start({ args: [file, '--sentinel'], readyLine: /\+monitor master/ }));
    }
    for (const sentinel of this.sentinels) {
      await until(async () => {
        const info = await command(sentinel, (redis) => redis.info('sentinel'));
        return info.includes(`slaves=${replicas},sentinels=${sentinels}`) || undefined;
      });
    }
  }

  async #ask<T>(question: (sentinel: Redis) => Promise<T>): Promise<T> {
    const [sentinel] = this.sentinels;
    if (sentinel === undefined) throw new Error('no Sentinel runs');
    return command(sentinel, question);
  }
}

/** Runs a command on a connection of its own. */
async function command<T>({ port }: RedisServer, run: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis({ port, host: '127.0.0.1', lazyConnect: true, retryStrategy: () => null, enableReadyCheck: false });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    return await run(redis);
  } finally {
    redis.disconnect();
  }
}
