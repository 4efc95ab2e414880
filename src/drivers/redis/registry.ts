import type { ChannelAddress, ChannelCount, ListedChannel, Registry } from '../../core/ports.ts';
import type { Roster } from '../../core/roster.ts';
import { SharedRuns } from '../../core/shared-runs.ts';
import type { Member } from '../../protocol/member.ts';
import { addressOf, channelKey } from './channel-key.ts';
import { partitionOf } from './partition.ts';
import type { RegistryPartition } from './registry-partition.ts';
import type { RegistryReader } from './registry-reader.ts';
import { listOf, numberOf, textOf } from './reply.ts';

interface Part {
  readonly partition: RegistryPartition;
  readonly reader: RegistryReader;
}

/** Who is where on all nodes, kept in Redis' partitions. Reads never ask other nodes; they reject with BrokerUnavailable without Redis. */
export class RedisRegistry implements Registry {
  readonly #parts: readonly Part[];
  readonly #lists = new SharedRuns<readonly ListedChannel[]>();

  constructor(parts: readonly Part[]) {
    this.#parts = parts;
  }

  hold(address: ChannelAddress, subscriptions: number): void {
    this.#partOf(channelKey(address)).partition.hold(address, subscriptions);
  }

  take(address: ChannelAddress, member: Member, maxMembers: number): Promise<Roster | 'full'> {
    return this.#partOf(channelKey(address)).partition.take(address, member, maxMembers);
  }

  leave(address: ChannelAddress, userId: string): void {
    this.#partOf(channelKey(address)).partition.leave(address, userId);
  }

  async count(address: ChannelAddress): Promise<ChannelCount> {
    const key = channelKey(address);
    const { partition, reader } = this.#partOf(key);
    try {
      await reader.flush(key);
      const [counts] = await reader.read('count', [key]);
      const [subscriptions, users] = listOf(counts);
      return { subscriptions: numberOf(subscriptions), users: numberOf(users) };
    } catch (cause) {
      // Who watches the user is told when Redis answers again.
      if (address.channel.kind === 'server-to-user') partition.membership.compareSoon();
      throw cause;
    }
  }

  async users(address: ChannelAddress): Promise<readonly string[]> {
    const key = channelKey(address);
    const { reader } = this.#partOf(key);
    await reader.flush(key);
    const [users] = await reader.read('users', [key]);
    return listOf(users).map(textOf);
  }

  async list(appId: string, prefix: string): Promise<ReadonlyMap<string, ListedChannel>> {
    const channels = await this.#lists.run(appId, async () => (await Promise.all(this.#parts.map(({ reader }) => listApp(reader, appId)))).flat());
    return new Map(channels.filter(({ channel }) => channel.name.startsWith(prefix)).map((listed) => [listed.channel.name, listed]));
  }

  #partOf(key: string): Part {
    return this.#parts[partitionOf(key, this.#parts.length)] as Part;
  }
}

/** Page by page, so that Redis is never occupied for long. */
async function listApp(reader: RegistryReader, appId: string): Promise<readonly ListedChannel[]> {
  await reader.flush();
  const channels: ListedChannel[] = [];
  let cursor = '0';
  do {
    const [next, page] = await reader.read('list', [appId, cursor]);
    channels.push(...parsePage(appId, listOf(page)));
    cursor = textOf(next);
  } while (cursor !== '0' && cursor !== '');
  return channels;
}

function parsePage(appId: string, fields: readonly unknown[]): readonly ListedChannel[] {
  const channels: ListedChannel[] = [];
  for (let index = 0; index + 2 < fields.length; index += 3) {
    const channel = addressOf(`${appId}/${textOf(fields[index])}`)?.channel;
    const count = { subscriptions: numberOf(fields[index + 1]), users: numberOf(fields[index + 2]) };
    if (channel !== undefined && count.subscriptions > 0) channels.push({ channel, count });
  }
  return channels;
}
