import type { CachedEvent, ChannelAddress, ChannelCount, ConnectionQuota, EventCache, ListedChannel, Registry } from '../core/ports.ts';
import type { Roster } from '../core/roster.ts';
import type { Member } from '../protocol/member.ts';

/** What an answer waits for; rejects when it shall fail. */
type Pass = () => Promise<void>;

/** A registry that records at once, as the port demands, and answers late, as one behind a network does. */
export class SlowRegistry implements Registry {
  readonly #registry: Registry;
  readonly #pass: Pass;

  constructor(registry: Registry, pass: Pass) {
    this.#registry = registry;
    this.#pass = pass;
  }

  hold(address: ChannelAddress, subscriptions: number): void {
    this.#registry.hold(address, subscriptions);
  }

  async take(address: ChannelAddress, member: Member, maxMembers: number): Promise<Roster | 'full'> {
    const answer = this.#registry.take(address, member, maxMembers);
    await this.#pass();
    return answer;
  }

  leave(address: ChannelAddress, userId: string): void {
    this.#registry.leave(address, userId);
  }

  async count(address: ChannelAddress): Promise<ChannelCount> {
    await this.#pass();
    return this.#registry.count(address);
  }

  async users(address: ChannelAddress): Promise<readonly string[]> {
    await this.#pass();
    return this.#registry.users(address);
  }

  async list(appId: string, prefix: string): Promise<ReadonlyMap<string, ListedChannel>> {
    await this.#pass();
    return this.#registry.list(appId, prefix);
  }
}

/** A cache that answers late. */
export class SlowEventCache implements EventCache {
  readonly #cache: EventCache;
  readonly #pass: Pass;

  constructor(cache: EventCache, pass: Pass) {
    this.#cache = cache;
    this.#pass = pass;
  }

  async set(address: ChannelAddress, event: CachedEvent, ttlSeconds: number): Promise<void> {
    await this.#pass();
    return this.#cache.set(address, event, ttlSeconds);
  }

  async get(address: ChannelAddress): Promise<(CachedEvent & { readonly ttlSeconds: number }) | undefined> {
    await this.#pass();
    return this.#cache.get(address);
  }
}

/** A quota that answers late. */
export class SlowConnectionQuota implements ConnectionQuota {
  readonly #quota: ConnectionQuota;
  readonly #pass: Pass;

  constructor(quota: ConnectionQuota, pass: Pass) {
    this.#quota = quota;
    this.#pass = pass;
  }

  async acquire(appId: string, maxConnections: number): Promise<boolean> {
    const answer = this.#quota.acquire(appId, maxConnections);
    await this.#pass();
    return answer;
  }

  release(appId: string): void {
    this.#quota.release(appId);
  }

  count(appId: string): Promise<number> {
    return this.#quota.count(appId);
  }
}
