import { expect, onTestFinished } from 'vitest';
import { FaultProxy } from '../../src/testing/fault-proxy.ts';
import { HttpReceiver } from '../../src/testing/http-receiver.ts';
import { RedisServer } from '../../src/testing/redis-server.ts';
import { Hooks } from './hooks.ts';
import { parseLog, startServer, type TestServer } from './server.ts';
import { type Target, targetAt } from './target.ts';
import { hooked } from './webhooks.ts';

/** Whether tests run with the numbers of the promise instead of smaller ones: `CLARION_CHAOS=long`. */
export const isLong = process.env.CLARION_CHAOS === 'long';

/** One node, a process of its own. */
export interface ClusterNode {
  readonly server: TestServer;
  readonly target: Target;
  /** Between this node and Redis. Where the nodes are given Redis by settings there is none, and it disturbs nothing. */
  readonly proxy: FaultProxy;
}

export interface ClusterOptions {
  /** 3 by default. */
  readonly nodes?: number;
  /** Further settings of the one app. */
  readonly app?: object;
  /** Further settings of each node. */
  readonly config?: object;
  /** `redis` of each node, for Sentinels and Clusters. By default there is a Redis of this cluster's own, behind a proxy per node. */
  readonly redis?: object;
  /** Further environment variables of each node. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Limits that would slow a test down. Webhooks are told at once, so that nothing can cancel out unseen. */
const generousLimits = {
  messagesPerSecond: null,
  subscriptionsPerSecond: null,
  channelsPerConnection: null,
  clientEventsPerSecond: null,
  clientEventsPerSecondPerUser: null,
  presenceMembers: null,
  handshakesPerSecond: null,
  handshakesPerSecondPerIp: null,
};
const webhookSettings = { allowPrivateTargets: true, smoothingMilliseconds: 0, batchMilliseconds: 20, queueEvents: 1_000_000 };

/** Nodes that share one Redis, and the endpoint that gets their webhooks. */
export class Cluster {
  readonly redis: RedisServer;
  readonly hooks: Hooks;
  readonly nodes: ClusterNode[] = [];
  /** Of all nodes that ever were. */
  readonly #servers: TestServer[] = [];
  readonly #proxies: FaultProxy[] = [];
  readonly #receiver: HttpReceiver;
  readonly #options: ClusterOptions;

  private constructor(redis: RedisServer, receiver: HttpReceiver, options: ClusterOptions) {
    this.redis = redis;
    this.hooks = new Hooks(receiver);
    this.#receiver = receiver;
    this.#options = options;
  }

  /** Resolves when all nodes listen. To be stopped by whoever started it. */
  static async start(options: ClusterOptions = {}): Promise<Cluster> {
    const cluster = new Cluster(await RedisServer.start(), await HttpReceiver.open(), options);
    const started = await Promise.allSettled(Array.from({ length: options.nodes ?? 3 }, (_, index) => cluster.#startNode(index)));
    for (const node of started) if (node.status === 'fulfilled') cluster.nodes.push(node.value);
    const failure = started.find((node) => node.status === 'rejected');
    if (failure === undefined) return cluster;
    await cluster.stop();
    throw failure.reason;
  }

  get targets(): readonly Target[] {
    return this.nodes.map(({ target }) => target);
  }

  /** Starts one more node. */
  async add(): Promise<void> {
    this.nodes.push(await this.#startNode(this.#servers.length));
  }

  /** Takes a node out of the list; its process is the caller's. */
  forget(node: ClusterNode): void {
    this.nodes.splice(this.nodes.indexOf(node), 1);
  }

  /** What nodes have said that none should: errors, and whatever came on standard error. */
  complaints(): readonly string[] {
    const errors = this.#servers.flatMap(({ lines }) => lines.filter((line) => /^(error|fatal)$/.test(String(parseLog(line)?.level))));
    return [...errors, ...this.#servers.flatMap(({ errorLines }) => errorLines)];
  }

  /** The log of every node, line by line. */
  log(): readonly Record<string, unknown>[] {
    return this.#servers.flatMap(({ lines }) => lines.map((line) => parseLog(line) ?? {}));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.stop('SIGKILL')));
    await Promise.all(this.#proxies.map((proxy) => proxy.close()));
    await Promise.all([this.redis.stop(), this.#receiver.close()]);
  }

  async #startNode(seed: number): Promise<ClusterNode> {
    const proxy = await FaultProxy.open({ port: this.redis.port, seed });
    this.#proxies.push(proxy);
    const { app, config, environment = {}, redis = { url: `redis://127.0.0.1:${proxy.port}` } } = this.#options;
    const settings = {
      apps: [{ ...hooked, webhooks: [{ url: this.#receiver.url('/all'), batch: true }], ...app }],
      limits: generousLimits,
      webhooks: webhookSettings,
      drain: { windowSeconds: 0 },
      ...config,
      redis,
    };
    const server = await startServer(settings, { environment });
    this.#servers.push(server);
    return { server, proxy, target: targetAt(server.httpUrl, hooked) };
  }
}

/** Starts a cluster that ends with the test, and in which no node may have logged an error by then. */
export async function ownCluster(options?: ClusterOptions): Promise<Cluster> {
  const cluster = await Cluster.start(options);
  onTestFinished(async () => {
    await cluster.stop();
    expect(cluster.complaints()).toEqual([]);
  });
  return cluster;
}

interface PollOptions {
  readonly timeout: number;
  readonly interval: number;
}

/** How long `expect.poll` goes on asking: a deadline of the promise. */
export function within(seconds: number): PollOptions {
  return { timeout: seconds * 1000, interval: 50 };
}

/** One deadline for several polls: what is left of these seconds, from now on. */
export function deadline(seconds: number): () => PollOptions {
  const endsAt = performance.now() + seconds * 1000;
  return () => within(Math.max(0.001, (endsAt - performance.now()) / 1000));
}
