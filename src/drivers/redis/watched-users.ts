import type { Announce, ChannelAddress } from '../../core/ports.ts';
import { channelKey } from './channel-key.ts';
import type { PartitionLink } from './partition-link.ts';
import { listOf, numberOf, refusalOf } from './reply.ts';

interface WatchedUsersOptions {
  readonly link: PartitionLink;
  readonly announce: Announce;
  /** The channels of users in this partition that somebody on this node watches. */
  readonly watched: () => Iterable<ChannelAddress>;
}

const maxUsers = 250;

/** Tells of watched users who came or went unheard, after messages were lost. */
export class WatchedUsers {
  readonly #options: WatchedUsersOptions;
  /** Whether the user was there when this node told of them last; those watched at the last comparison only. */
  readonly #told = new Map<string, boolean>();

  constructor(options: WatchedUsersOptions) {
    this.#options = options;
  }

  /** The user was told to have come or gone. */
  heard(key: string, isOnline: boolean): void {
    if (this.#told.has(key)) this.#told.set(key, isOnline);
  }

  /** Rejects when Redis does not answer. Resolves with `false` when Redis does not know the node. */
  async compare(node: string): Promise<boolean> {
    const users = new Map([...this.#options.watched()].map((address) => [channelKey(address), address]));
    for (const key of this.#told.keys()) if (!users.has(key)) this.#told.delete(key);
    const addresses = [...users.values()];
    for (let start = 0; start < addresses.length; start += maxUsers) {
      const page = addresses.slice(start, start + maxUsers);
      const reply = await this.#options.link.run('count', [node, ...page.map(channelKey)]);
      if (refusalOf(reply) !== undefined) return false;
      const [, counts] = listOf(reply);
      for (const [index, address] of page.entries()) this.#tell(address, numberOf(listOf(counts)[2 * index]) > 0);
    }
    return true;
  }

  #tell(address: ChannelAddress, isOnline: boolean): void {
    const key = channelKey(address);
    if (this.#told.get(key) === isOnline) return;
    this.#told.set(key, isOnline);
    this.#options.announce({ type: isOnline ? 'occupied' : 'vacated', address });
  }
}
