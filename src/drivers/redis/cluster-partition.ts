import type { ClusterCounters } from '../../core/cluster-counters.ts';
import type { Announce, ChannelAddress, Log, ReceiveBatch } from '../../core/ports.ts';
import type { BrokerPartition } from './broker.ts';
import { BusPartition, type BusReceiver } from './bus-partition.ts';
import type { Commands } from './client.ts';
import { LateRelays } from './late-relays.ts';
import { Origins } from './origins.ts';
import { PartitionHealth } from './partition-health.ts';
import { createPartitionLink, type Scripts } from './partition-link.ts';
import { Publisher } from './publisher.ts';
import { RegistryPartition } from './registry-partition.ts';
import { RegistryReader } from './registry-reader.ts';
import type { ClusterTiming } from './timing.ts';

export interface ClusterPartitionOptions {
  readonly base: string;
  readonly commands: Commands;
  readonly scripts: Scripts;
  readonly origin: string;
  readonly counters: ClusterCounters;
  readonly log: Log;
  readonly monotonic: () => number;
  readonly random: () => number;
  readonly timing: ClusterTiming;
  readonly announce: Announce;
  /** The channels of users in this partition that somebody on this node watches. */
  readonly watched: () => Iterable<ChannelAddress>;
  readonly receive: ReceiveBatch;
  readonly batch: BusReceiver['batch'];
  /** The registry's scripts may have put something into the partition's stream of facts. */
  readonly hooked: () => void;
}

/** Everything of one partition on this node. */
export interface ClusterPartition {
  readonly bus: BusPartition;
  readonly broker: BrokerPartition;
  readonly registry: RegistryPartition;
  readonly reader: RegistryReader;
}

export function createClusterPartition(options: ClusterPartitionOptions): ClusterPartition {
  const { commands, origin, batch, hooked } = options;
  const health = new PartitionHealth({
    isConnected: () => commands.status === 'ready',
    monotonic: options.monotonic,
    failed: () => registry.membership.probe(),
  });
  const link = createPartitionLink({ ...options, health });
  const lateRelays = new LateRelays();
  const publisher = new Publisher({ ...options, origin, link, health, givenUp: (number, relayed) => lateRelays.add(number, relayed) });
  const registry: RegistryPartition = new RegistryPartition({
    ...options,
    link,
    health,
    received: () => bus.received,
    heard: (sequence) => bus.heard(sequence),
  });
  const receiver: BusReceiver = {
    examine: () => registry.membership.examine(),
    batch,
    announcements: (header, transitions) => {
      registry.receive(header, transitions);
      hooked();
    },
    advanced: () => registry.advanced(),
    interrupted: () => registry.membership.compareSoon(),
  };
  const bus = new BusPartition({ ...options, link, health, receiver });
  const reader = new RegistryReader({ link, health, partition: registry });
  return { bus, broker: { publisher, health, lateRelays, origins: new Origins() }, registry, reader };
}
