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

/** Tells of watched users again after messages were lost or not everybody could be told. Whoever knows the state already is not told twice (core/watchlists.ts). */
export class WatchedUsers {
  readonly #options: WatchedUsersOptions;
  /** Of whom something was announced while their state was read: what was read may be older. */
  readonly #heardMeanwhile = new Set<string>();
  #isReading = false;

  constructor(options: WatchedUsersOptions) {
    this.#options = options;
  }

  /** The user was announced to have come or gone. */
  heard(key: string): void {
    if (this.#isReading) this.#heardMeanwhile.add(key);
  }

  /** Rejects when Redis does not answer. Resolves with `false` when Redis does not know the node. */
  async compare(node: string): Promise<boolean> {
    const addresses = [...this.#options.watched()];
    for (let start = 0; start < addresses.length; start += maxUsers) {
      const page = addresses.slice(start, start + maxUsers);
      const reply = await this.#read(node, page.map(channelKey));
      if (refusalOf(reply) !== undefined) return false;
      const [, counts] = listOf(reply);
      for (const [index, address] of page.entries()) this.#tell(address, numberOf(listOf(counts)[2 * index]) > 0);
    }
    return true;
  }

  async #read(node: string, keys: readonly string[]): Promise<unknown> {
    this.#heardMeanwhile.clear();
    this.#isReading = true;
    try {
      return await this.#options.link.run('count', [node, ...keys]);
    } finally {
      this.#isReading = false;
    }
  }

  #tell(address: ChannelAddress, isOnline: boolean): void {
    if (this.#heardMeanwhile.has(channelKey(address))) return;
    this.#options.announce({ type: isOnline ? 'occupied' : 'vacated', address });
  }
}
