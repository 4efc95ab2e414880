import type { NodeSettings } from './command.ts';

/** The parts of the server's drivers that are measured by themselves, as `src/core/ports.ts` has them. */
export interface Drivers {
  readonly broker: { publish(batch: readonly Envelope[]): Promise<void> };
  readonly registry: {
    hold(address: ChannelAddress, subscriptions: number): void;
    take(address: ChannelAddress, member: Member, maxMembers: number): Promise<unknown>;
    count(address: ChannelAddress): Promise<unknown>;
  };
  start(): Promise<void>;
  close(): Promise<void>;
}

export interface Envelope {
  readonly topic: string;
  readonly frame: string;
}

export interface ChannelAddress {
  readonly appId: string;
  readonly channel: ChannelName;
}

interface ChannelName {
  readonly name: string;
}

interface Member {
  readonly userId: string;
  readonly userInfo: string;
}

interface DriversModule {
  createRedisDrivers(options: {
    readonly settings: object;
    readonly apps: readonly never[];
    readonly clock: { now(): number; monotonic(): number };
    readonly log: object;
    readonly announce: () => void;
    readonly receiveBatch: (batch: readonly Envelope[]) => void;
  }): Drivers;
}

interface PartitionModule {
  partitionOf(topic: string, partitions: number): number;
}

interface ChannelNameModule {
  parseChannelName(name: string): ChannelName | undefined;
}

export const appId = 'bench';

/** Loads the drivers of a build and connects them to a Redis. `onBatch` is told how many events came at once. */
export async function startDrivers({ sources, redisUrl, partitions }: NodeSettings, onBatch: (events: number) => void): Promise<Drivers> {
  const { createRedisDrivers }: DriversModule = await import(`${sources}/drivers/redis/drivers.js`);
  const silent = { debug: ignore, info: ignore, warn: ignore, error: console.error };
  const drivers = createRedisDrivers({
    settings: { url: redisUrl, db: 0, keyPrefix: 'clarion', partitions },
    apps: [],
    clock: { now: () => Date.now(), monotonic: () => performance.now() },
    log: silent,
    announce: ignore,
    receiveBatch: (batch) => onBatch(batch.length),
  });
  await drivers.start();
  return drivers;
}

/** A topic for each partition. */
export async function loadTopics({ sources, partitions }: NodeSettings): Promise<readonly string[]> {
  const { partitionOf }: PartitionModule = await import(`${sources}/drivers/redis/partition.js`);
  const topics = new Map<number, string>();
  for (let nth = 0; topics.size < partitions; nth++) {
    const topic = `${appId}/bench-${nth}`;
    topics.set(partitionOf(topic, partitions), topic);
  }
  return [...topics.values()];
}

/** Makes addresses of channels with the parser of a build. */
export async function loadAddresses(sources: string): Promise<(name: string) => ChannelAddress> {
  const { parseChannelName }: ChannelNameModule = await import(`${sources}/protocol/channel-name.js`);
  return (name) => {
    const channel = parseChannelName(name);
    if (channel === undefined) throw new Error(`${name} is no channel name`);
    return { appId, channel };
  };
}

function ignore(): void {}
