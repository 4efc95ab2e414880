import { type DriverCluster, withCluster } from '../drivers/cluster.ts';
import type { Metrics } from '../measure/metrics.ts';
import { cpuMicroseconds } from '../measure/usage.ts';
import type { Scenario, Surroundings } from './scenario.ts';

const perBatch = 32;
const payloadBytes = 100;
/** Divisible by everything that divides them here. Before the code is compiled and has settled, which takes a second, an event costs half as much again. */
const warmUpEvents = 2 * 64 * 4096;
const events = 2 * warmUpEvents;

interface Bus {
  readonly partitions: number;
  readonly receivers: number;
}

/**
 * One node publishes and all receive, itself included: what it spends above the others is the price of publishing. It has a batch of
 * `perBatch` events under way in each partition.
 */
async function publishAndReceive({ subject, cores }: Surroundings, { partitions, receivers }: Bus): Promise<Metrics> {
  const nodeCores = [cores.server, ...Array.from({ length: receivers }, () => cores.generator)];
  return withCluster({ sources: subject.sources, redisCore: cores.redis, nodeCores, partitions }, async (cluster) => {
    await run(cluster, warmUpEvents, warmUpEvents);
    const pids = [...cluster.nodes.map(({ pid }) => pid), cluster.redis.pid];
    const before = pids.map((pid) => cpuMicroseconds([pid]));
    const startedAt = performance.now();
    await run(cluster, events, warmUpEvents + events);
    const seconds = (performance.now() - startedAt) / 1000;
    const spent = pids.map((pid, nth) => (cpuMicroseconds([pid]) - (before[nth] ?? 0)) / events);
    const [publisher = 0, ...others] = spent;
    const received = others.slice(0, receivers).reduce((sum, value) => sum + value, 0) / receivers;
    return {
      cpuMicroseconds: publisher - received,
      receiverMicroseconds: received,
      redisMicroseconds: spent.at(-1) ?? Number.NaN,
      perSecond: events / seconds,
    };
  });
}

/** When it resolves, everyone has received `total` events since the beginning. */
async function run({ nodes }: DriverCluster, published: number, total: number): Promise<void> {
  await nodes[0]?.do({ verb: 'publish', events: published, perBatch, payloadBytes });
  await Promise.all(nodes.map((node) => node.do({ verb: 'received', events: total })));
}

const goals: Scenario['goals'] = [
  { metric: 'cpuMicroseconds', kind: 'value', atMost: 0.8 },
  { metric: 'receiverMicroseconds', kind: 'value', atMost: 0.3 },
];

/**
 * Nothing but the drivers, with their connections and their encoding: what an event costs before and after the rest of the server sees it. The
 * goals are for a node with work to do, which finds the batches of several partitions when it looks; one that falls asleep after each batch pays for
 * its waking, too, which is a quarter of what receiving costs with four partitions and half with one.
 */
export const redisBus: readonly Scenario[] = [
  { name: 'bus: 2 nodes, 8 partitions', partitions: 8, receivers: 1, isQuick: true, goals },
  { name: 'bus: 4 nodes, 8 partitions', partitions: 8, receivers: 3, isQuick: false, goals: [] },
  { name: 'bus: 2 nodes, 4 partitions, half asleep', partitions: 4, receivers: 1, isQuick: false, goals: [] },
  { name: 'bus: 2 nodes, 1 partition, asleep between batches', partitions: 1, receivers: 1, isQuick: false, goals: [] },
].map(({ partitions, receivers, ...scenario }) => ({
  ...scenario,
  unit: 'event',
  repetitions: 3,
  needs: 'drivers',
  program: 'redis-server',
  subject: { label: 'drivers', run: (surroundings) => publishAndReceive(surroundings, { partitions, receivers }) },
}));
