import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import type { RedisSettings } from '../../config/config.ts';
import type { Drivers, DriversOptions } from '../../core/ports.ts';
import { MemoryAppStore } from '../memory/app-store.ts';
import { RedisBroker } from './broker.ts';
import { channelKey } from './channel-key.ts';
import { RedisClient } from './client.ts';
import { type ClusterPartition, createClusterPartition } from './cluster-partition.ts';
import { RedisConnectionQuota } from './connection-quota.ts';
import { type ClusterCounters, createCounters } from './counters.ts';
import { RedisEventCache } from './event-cache.ts';
import { RedisIdempotencyStore } from './idempotency-store.ts';
import { busTopic, type KeySpace, partitionBase } from './keys.ts';
import { agreeOnLayout } from './layout.ts';
import { partitionOf } from './partition.ts';
import { loadScripts } from './partition-link.ts';
import { RedisRateLimiter } from './rate-limiter.ts';
import { RedisRegistry } from './registry.ts';
import { checkServer } from './server-check.ts';
import type { TopicListener } from './subscriber.ts';
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
  readonly counters: Readonly<ClusterCounters>;
}

const connectMilliseconds = 10_000;
const defaultClusterPartitions = 64;

/**
 * The drivers of a node that meets others in Redis. `start` rejects, with an explanation, when Redis cannot be reached, is too old, or holds a
 * cluster that is laid out otherwise; later outages are lived through.
 */
export function createRedisDrivers(options: RedisDriversOptions): RedisDrivers {
  const { settings, log, apps, receiveBatch } = options;
  const client = new RedisClient({ settings, log });
  const keySpace: KeySpace = { prefix: settings.keyPrefix, database: databaseOf(client) };
  const counters = createCounters();
  const bases = basesOf(keySpace, settings.partitions ?? (client.isCluster ? defaultClusterPartitions : 1));
  const shared = { client, keyPrefix: settings.keyPrefix, log };
  const webhooks = new RedisWebhookQueue({ client, bases, log, recordedElsewhere: recordedByRegistry });
  const origin = randomBytes(9).toString('base64url');
  const partitions = createPartitions({ ...options, client, bases, counters, origin, hooked: (index) => webhooks.wake(index) }, (...message) =>
    broker.receiveMessage(...message),
  );
  const broker = new RedisBroker({ origin, partitions: partitions.map((partition) => partition.broker), receive: receiveBatch, counters });
  const quota = new RedisConnectionQuota(shared);
  const rates = new RedisRateLimiter({ ...shared, clock: options.clock });
  return {
    apps: new MemoryAppStore(apps),
    broker,
    cache: new RedisEventCache(shared),
    idempotency: new RedisIdempotencyStore(shared),
    quota,
    rates,
    registry: new RedisRegistry(partitions.map(({ registry, reader }) => ({ partition: registry, reader }))),
    webhooks,
    counters,
    async start() {
      await client.connected(connectMilliseconds);
      for (const advice of await checkServer(client.commands)) log.warn({}, advice);
      await agreeOnLayout(client.commands, keySpace, partitions.length);
      await client.subscribe(bases.map(busTopic), listenerOf(bases, partitions)).ready;
      await Promise.all(partitions.map(({ registry }) => registry.membership.start()));
    },
    async close() {
      await Promise.all(partitions.map(({ registry }) => registry.close()));
      for (const { bus } of partitions) bus.close();
      rates.close();
      await Promise.all([quota.close(), webhooks.close()]);
      client.close();
    },
  };
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
function listenerOf(bases: readonly string[], partitions: readonly ClusterPartition[]): TopicListener {
  const buses = new Map(bases.map((base, index) => [busTopic(base), partitions[index]?.bus]));
  return {
    up: (topic) => buses.get(topic)?.up(),
    down: (topic) => buses.get(topic)?.down(),
    message: (topic, payload) => buses.get(topic)?.message(payload),
  };
}
