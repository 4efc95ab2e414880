import type { CachedEvent, ChannelAddress, ChannelCount, ConnectionQuota, EventCache, ListedChannel, Registry } from '../core/ports.ts';
import type { Roster } from '../core/roster.ts';
import type { Member } from '../protocol/member.ts';

/** What an answer waits for; rejects when it shall fail. */
type Pass = () => Promise<void>;

/** A registry that records and reads at once, and answers late, as one behind a network does: by then its answer may be old. */
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
    const answer = await this.#registry.count(address);
    await this.#pass();
    return answer;
  }

  async users(address: ChannelAddress): Promise<readonly string[]> {
    const answer = await this.#registry.users(address);
    await this.#pass();
    return answer;
  }

  async list(appId: string, prefix: string): Promise<ReadonlyMap<string, ListedChannel>> {
    const answer = await this.#registry.list(appId, prefix);
    await this.#pass();
    return answer;
  }
}

/** A cache that stores and reads at once, and answers late. */
export class SlowEventCache implements EventCache {
  readonly #cache: EventCache;
  readonly #pass: Pass;

  constructor(cache: EventCache, pass: Pass) {
    this.#cache = cache;
    this.#pass = pass;
  }

  async set(address: ChannelAddress, event: CachedEvent, ttlSeconds: number): Promise<void> {
    await this.#cache.set(address, event, ttlSeconds);
    await this.#pass();
  }

  async get(address: ChannelAddress): Promise<(CachedEvent & { readonly ttlSeconds: number }) | undefined> {
    const answer = await this.#cache.get(address);
    await this.#pass();
    return answer;
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
