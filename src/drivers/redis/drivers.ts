import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { type ClusterCounters, createClusterCounters } from '../../core/cluster-counters.ts';
import type { Drivers, DriversOptions } from '../../core/ports.ts';
import type { KnownRevocations } from '../../core/revocation.ts';
import { MemoryAppStore } from '../memory/app-store.ts';
import { RedisBroker } from './broker.ts';
import { channelKey } from './channel-key.ts';
import { RedisClient } from './client.ts';
import { type ClusterPartition, createClusterPartition } from './cluster-partition.ts';
import { RedisConnectionQuota } from './connection-quota.ts';
import { RedisEventCache } from './event-cache.ts';
import { RedisIdempotencyStore } from './idempotency-store.ts';
import { busTopic, type KeySpace, partitionBase } from './keys.ts';
import { agreeOnLayout } from './layout.ts';
import { partitionOf } from './partition.ts';
import { loadScripts } from './partition-link.ts';
import { RedisRateLimiter } from './rate-limiter.ts';
import { RedisRegistry } from './registry.ts';
import { RedisRevocations } from './revocations.ts';
import { checkServer } from './server-check.ts';
import type { RedisSettings } from './settings.ts';
import type { Subscriber, TopicListener } from './subscriber.ts';
import { type ClusterTiming, clusterTiming } from './timing.ts';
import { RedisWebhookQueue, recordedByRegistry } from './webhook-queue.ts';

export interface RedisDriversOptions extends DriversOptions {
  readonly settings: RedisSettings;
  /** For tests; spreads what many nodes would do at once. */
  readonly random?: () => number;
  /** For tests. */
  readonly timing?: ClusterTiming;
}

/** The drivers of a node of a cluster. */
export interface RedisDrivers extends Drivers {
  readonly broker: RedisBroker;
  readonly cluster: Readonly<ClusterCounters>; // always there
  /** The ids under which Redis knows this node now: of its quota, of its webhooks, and one for each partition; empty where it has none. */
  nodes(): readonly string[];
  /** Takes away at once what a node holds whose process has ended, by its last `nodes`. Never fails: what is left goes when its lease has run out. */
  bury(nodes: readonly string[]): void;
}

const connectMilliseconds = 10_000;
const defaultClusterPartitions = 64;
const knowsNothing: KnownRevocations = { add: () => {}, all: () => [] };

/**
 * The drivers of a node that meets others in Redis. `start` rejects, with an explanation, when Redis cannot be reached, is too old, or holds a
 * cluster that is laid out otherwise; later outages are lived through.
 */
export function createRedisDrivers(options: RedisDriversOptions): RedisDrivers {
  const { log, apps, receiveBatch } = options;
  const { client, keySpace, bases, shared } = layOut(options);
  const counters = createClusterCounters();
  const memberOf = (partition: number) => partitions[partition]?.registry.membership.node ?? '';
  const webhooks = new RedisWebhookQueue({ client, bases, log, memberOf, recordedElsewhere: recordedByRegistry });
  const origin = randomBytes(9).toString('base64url');
  const partitions: readonly ClusterPartition[] = createPartitions(
    { ...options, client, bases, counters, origin, hooked: (index) => webhooks.wake(index) },
    (...message) => broker.receiveMessage(...message),
  );
  const broker = new RedisBroker({ origin, partitions: partitions.map((partition) => partition.broker), receive: receiveBatch, counters });
  const quota = new RedisConnectionQuota(shared);
  const rates = new RedisRateLimiter({ ...shared, clock: options.clock });
  const revocations = new RedisRevocations({ client, keySpace, log, known: options.revoked ?? knowsNothing });
  return {
    apps: new MemoryAppStore(apps),
    broker,
    cache: new RedisEventCache(shared),
    idempotency: new RedisIdempotencyStore(shared),
    quota,
    rates,
    registry: new RedisRegistry(partitions.map(({ registry, reader }) => ({ partition: registry, reader }))),
    revocations,
    webhooks,
    cluster: counters,
    ...undertaker(partitions, [quota, webhooks]),
    async start() {
      await meet(client, log);
      await agreeOnLayout(client.commands, keySpace, partitions.length);
      await enter(client, bases, partitions, apps.some(({ jwt }) => jwt !== undefined) ? [revocations] : []);
    },
    async close() {
      await Promise.all(partitions.map(({ registry }) => registry.close()));
      for (const part of [...partitions.map(({ bus }) => bus), rates, revocations]) part.close();
      await Promise.all([quota.close(), webhooks.close()]);
      client.close();
    },
  };
}

/** The client, and which keys are whose. */
function layOut({ settings, log }: Pick<RedisDriversOptions, 'settings' | 'log'>) {
  const client = new RedisClient({ settings, log });
  const keySpace: KeySpace = { prefix: settings.keyPrefix, database: databaseOf(client) };
  const bases = basesOf(keySpace, settings.partitions ?? (client.isCluster ? defaultClusterPartitions : 1));
  return { client, keySpace, bases, shared: { client, keyPrefix: settings.keyPrefix, log } };
}

async function meet(client: RedisClient, log: RedisDriversOptions['log']): Promise<void> {
  await client.connected(connectMilliseconds);
  for (const advice of await checkServer(client.commands)) log.warn({ advice }, 'redis should be configured otherwise');
}

/** What Redis knows this node by, and takes others' for when they have ended. */
interface Mourner {
  readonly node: string | undefined;
  bury(node: string): void;
}

function undertaker(partitions: readonly ClusterPartition[], stores: readonly Mourner[]): Pick<RedisDrivers, 'nodes' | 'bury'> {
  const mourners: readonly Mourner[] = [...stores, ...partitions.map(({ registry }) => registry.membership)];
  return {
    nodes: () => mourners.map(({ node }) => node ?? ''),
    bury(nodes) {
      for (const [index, mourner] of mourners.entries()) if (nodes[index]) mourner.bury(nodes[index]);
    },
  };
}

/** Subscribes first: whatever is announced from the registration on is heard. */
async function enter(
  client: RedisClient,
  bases: readonly string[],
  partitions: readonly ClusterPartition[],
  revocations: readonly RedisRevocations[],
): Promise<void> {
  const parts = new Map<string, TopicPart | undefined>(bases.map((base, index) => [busTopic(base), partitions[index]?.bus]));
  for (const part of revocations) parts.set(part.topic, { up: () => part.wake(), down: () => {}, message: () => part.wake() });
  await subscribed(client.subscribe([...parts.keys()], listenerOf(parts)));
  await Promise.all([...partitions.map(({ registry }) => registry.membership.start()), ...revocations.map((part) => part.start())]);
}

/** Where an ACL forbids the topics nothing else would ever end the wait. */
async function subscribed({ ready }: Subscriber): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    const fault = new Error('Redis does not let this node subscribe: its ACL user needs the channels that begin with redis.keyPrefix');
    timer = setTimeout(() => reject(fault), connectMilliseconds);
  });
  await Promise.race([ready, tooLate]).finally(() => clearTimeout(timer));
}

/** Who cares for one topic. */
interface TopicPart {
  up(): void;
  down(): void;
  message(payload: Buffer): void;
}

interface PartitionsOptions extends RedisDriversOptions {
  readonly client: RedisClient;
  readonly bases: readonly string[];
  readonly counters: ClusterCounters;
  readonly origin: string;
  readonly hooked: (partition: number) => void;
}

function createPartitions(options: PartitionsOptions, receiveMessage: RedisBroker['receiveMessage']): readonly ClusterPartition[] {
  const { client, bases, clock, receiveBatch, hooked, random = Math.random, timing = clusterTiming } = options;
  const scripts = loadScripts(client.isCluster);
  return bases.map((base, index) =>
    createClusterPartition({
      ...options,
      base,
      scripts,
      commands: client.commands,
      monotonic: () => clock.monotonic(),
      random,
      timing,
      receive: receiveBatch,
      batch: (header, bytes) => receiveMessage(index, header, bytes),
      hooked: () => hooked(index),
      watched: () => [...(options.watched?.() ?? [])].filter((address) => partitionOf(channelKey(address), bases.length) === index),
    }),
  );
}

function basesOf(keySpace: KeySpace, partitions: number): readonly string[] {
  return Array.from({ length: partitions }, (_, partition) => partitionBase(keySpace, partition));
}

/** A URL may name the database too; a Cluster has only one. */
function databaseOf({ commands }: RedisClient): number {
  return commands instanceof Redis ? (commands.options.db ?? 0) : 0;
}

/** A topic that is none of ours cannot come: nobody subscribed to it. */
function listenerOf(parts: ReadonlyMap<string, TopicPart | undefined>): TopicListener {
  return {
    up: (topic) => parts.get(topic)?.up(),
    down: (topic) => parts.get(topic)?.down(),
    message: (topic, payload) => parts.get(topic)?.message(payload),
  };
}
