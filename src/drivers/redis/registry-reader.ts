import { BrokerUnavailable } from '../../core/ports.ts';
import type { HeldChannel } from './held-channel.ts';
import type { PartitionHealth } from './partition-health.ts';
import type { PartitionLink, ScriptName } from './partition-link.ts';
import { pause } from './pause.ts';
import type { RegistryPartition } from './registry-partition.ts';
import { listOf, refusalOf } from './reply.ts';

interface RegistryReaderOptions {
  readonly link: PartitionLink;
  readonly health: PartitionHealth;
  readonly partition: RegistryPartition;
}

const patienceMilliseconds = 2000;
const retryMilliseconds = 50;

/** Reads from a partition what is so now, this node's own changes included. */
export class RegistryReader {
  readonly #options: RegistryReaderOptions;

  constructor(options: RegistryReaderOptions) {
    this.#options = options;
  }

  /** What this node changed in the channel is told first; in all channels without one. */
  async flush(key?: string): Promise<void> {
    const { flusher, holdings } = this.#options.partition;
    const channels: Iterable<HeldChannel | undefined> = key === undefined ? [...flusher.pending()] : [holdings.get(key)];
    const flushes = [...channels].map((channel) => (channel === undefined ? undefined : flusher.flushed(channel)));
    await inTime(Promise.all(flushes));
  }

  /** Runs a script that reads, as this node. Resolves with what follows the status. Rejects with BrokerUnavailable. */
  async read(name: ScriptName, args: readonly string[]): Promise<readonly unknown[]> {
    const { link, health, partition } = this.#options;
    const endsAt = performance.now() + patienceMilliseconds;
    while (performance.now() < endsAt && !health.isFailing) {
      const { node } = partition.membership;
      const reply = node === undefined ? ['UNREGISTERED'] : await run(link, name, [node, ...args]);
      const [, ...rest] = listOf(reply);
      if (refusalOf(reply) === undefined) return rest;
      // Redis lost its data: it is not to be believed before this node has told it everything again.
      if (node !== undefined && node === partition.membership.node) partition.membership.disowned('UNREGISTERED');
      await pause(retryMilliseconds);
    }
    throw new BrokerUnavailable('Redis is out of reach');
  }
}

async function run(link: PartitionLink, name: ScriptName, args: readonly string[]): Promise<unknown> {
  try {
    return await link.run(name, args);
  } catch (cause) {
    throw new BrokerUnavailable('Redis is out of reach', { cause });
  }
}

async function inTime(task: Promise<unknown>): Promise<void> {
  const isLate = await Promise.race([task.then(() => false), pause(patienceMilliseconds).then(() => true)]);
  if (isLate) throw new BrokerUnavailable('Redis did not take over what this node holds');
}
