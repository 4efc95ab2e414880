import type { CachedEvent, ChannelAddress, EventCache } from '../../core/ports.ts';
import { type Link, wireAddress } from './link.ts';

/** The parent keeps the cached events of all workers. */
export class WorkerEventCache implements EventCache {
  readonly #link: Link;

  constructor(link: Link) {
    this.#link = link;
  }

  async set(address: ChannelAddress, event: CachedEvent, ttlSeconds: number): Promise<void> {
    await this.#link.call('cacheSet', wireAddress(address), event, ttlSeconds);
  }

  async get(address: ChannelAddress): Promise<(CachedEvent & { readonly ttlSeconds: number }) | undefined> {
    return (await this.#link.call('cacheGet', wireAddress(address))) ?? undefined;
  }
}
