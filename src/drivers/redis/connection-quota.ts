import { randomUUID } from 'node:crypto';
import { type ConnectionQuota, type Log, QuotaUncertain } from '../../core/ports.ts';
import type { RedisClient } from './client.ts';
import { loadScript, type Script } from './script.ts';

export interface RedisConnectionQuotaOptions {
  readonly client: Pick<RedisClient, 'commands' | 'isCluster'>;
  readonly keyPrefix: string;
  readonly log: Pick<Log, 'warn'>;
  readonly timing?: QuotaTiming;
}

export interface QuotaTiming {
  readonly renewalMilliseconds: number;
  /** A node that has not renewed for so long counts no more. */
  readonly leaseMilliseconds: number;
  /** For so long after that it is known that somebody is missing. */
  readonly memoryMilliseconds: number;
}

interface Waiting {
  readonly maxConnections: number;
  readonly resolve: (isAdmitted: boolean) => void;
  readonly reject: (reason: Error) => void;
}

/** What this node holds of an app. */
interface Entry {
  held: number;
  /** As far as Redis told at the last call. */
  others: number;
  /** The most that it may have, as far as somebody has asked. */
  most: number;
  /** Since when it has been full, and not much less in between. */
  fullSince: number | undefined;
  waiting: Waiting[];
  isStale: boolean;
  isBusy: boolean;
}

/** An app that has dropped below this part of its quota was not full, and who says so now may count connections of a node that has died. */
const fullPart = 0.9;
const defaultTiming: QuotaTiming = { renewalMilliseconds: 4000, leaseMilliseconds: 6000, memoryMilliseconds: 60_000 };

/**
 * Counts an app's connections over all nodes, each under a lease that its node renews. Requests of one tick share a round trip. While Redis does
 * not answer the last counts are trusted. `acquire` rejects with QuotaUncertain when the app is full by counts that are not certain: a node fell
 * silent, or may have without it being known yet, or Redis is away. Clients come back then, and never do when they are refused for certain.
 */
export class RedisConnectionQuota implements ConnectionQuota {
  readonly #options: RedisConnectionQuotaOptions;
  readonly #timing: QuotaTiming;
  readonly #script: Script;
  /** The id under which Redis knows this node. */
  readonly node = randomUUID();
  readonly #entries = new Map<string, Entry>();
  readonly #renewal: NodeJS.Timeout;
  #isClosed = false;

  constructor(options: RedisConnectionQuotaOptions) {
    this.#options = options;
    this.#timing = options.timing ?? defaultTiming;
    this.#script = loadScript({ name: 'quota', isStrict: options.client.isCluster });
    this.#renewal = setInterval(() => this.#renew(), this.#timing.renewalMilliseconds);
  }

  async acquire(appId: string, maxConnections: number): Promise<boolean> {
    const entry = this.#entry(appId);
    if (maxConnections !== Number.POSITIVE_INFINITY) {
      return new Promise((resolve, reject) => {
        entry.waiting.push({ maxConnections, resolve, reject });
        this.#schedule(appId, entry);
      });
    }
    entry.held += 1;
    entry.isStale = true;
    this.#schedule(appId, entry);
    return true;
  }

  release(appId: string): void {
    const entry = this.#entries.get(appId);
    if (entry === undefined || entry.held === 0) return;
    entry.held -= 1;
    entry.isStale = true;
    this.#schedule(appId, entry);
  }

  /** Rejects when Redis does not answer. */
  async count(appId: string): Promise<number> {
    const held = this.#entries.get(appId)?.held ?? 0;
    const { others } = await this.#call(appId, held, 0, -1);
    return (this.#entries.get(appId)?.held ?? 0) + others;
  }

  /** A node has ended for certain: its connections count no more, at least of the apps that are known here. The others' go with its lease. */
  bury(node: string): void {
    const { client, keyPrefix, log } = this.#options;
    for (const appId of this.#entries.keys()) {
      client.commands
        .hdel(`${keyPrefix}:quota:${appId}`, node)
        .catch((err: unknown) => log.warn({ err, appId }, 'connections are counted without redis'));
    }
  }

  /** Gives everything back. Never rejects. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#renewal);
    const appIds = [...this.#entries.keys()];
    this.#entries.clear();
    await Promise.allSettled(appIds.map((appId) => this.#call(appId, 0, 0, -1)));
  }

  #entry(appId: string): Entry {
    const entry = this.#entries.get(appId) ?? {
      held: 0,
      others: 0,
      most: Number.POSITIVE_INFINITY,
      fullSince: undefined,
      waiting: [],
      isStale: false,
      isBusy: false,
    };
    this.#entries.set(appId, entry);
    return entry;
  }

  #renew(): void {
    for (const [appId, entry] of this.#entries) {
      entry.isStale = true;
      this.#schedule(appId, entry);
    }
  }

  /** One call per app is under way at a time; what comes in the meantime shares the next. */
  #schedule(appId: string, entry: Entry): void {
    if (entry.isBusy || this.#isClosed) return;
    entry.isBusy = true;
    setImmediate(() => void this.#flush(appId, entry));
  }

  async #flush(appId: string, entry: Entry): Promise<void> {
    const waiting = entry.waiting.splice(0);
    const held = entry.held;
    const most = waiting.at(-1)?.maxConnections;
    entry.most = most ?? entry.most;
    entry.isStale = false;
    try {
      const { granted, others, hasSilentNode } = await this.#call(appId, held, waiting.length, most ?? -1);
      entry.others = others;
      entry.held += granted;
      const isCertain = !hasSilentNode && this.#isFullForCertain(entry);
      for (const [index, { resolve, reject }] of waiting.entries()) {
        if (index < granted) resolve(true);
        else if (isCertain) resolve(false);
        else reject(new QuotaUncertain('the app is full, unless a node has died'));
      }
    } catch (err) {
      this.#options.log.warn({ err, appId }, 'connections are counted without redis');
      this.#admitBlindly(entry, waiting);
    }
    entry.isBusy = false;
    if (entry.waiting.length > 0 || entry.isStale) this.#schedule(appId, entry);
    else if (entry.held === 0 && entry.fullSince === undefined) this.#entries.delete(appId);
  }

  /** Whether every node that is counted has renewed its lease since the app became full. */
  #isFullForCertain(entry: Entry): boolean {
    const now = performance.now();
    const count = entry.others + entry.held;
    if (count >= entry.most) entry.fullSince ??= now;
    else if (count < fullPart * entry.most) entry.fullSince = undefined;
    return entry.others === 0 || (entry.fullSince !== undefined && now - entry.fullSince >= this.#timing.leaseMilliseconds);
  }

  #admitBlindly(entry: Entry, waiting: readonly Waiting[]): void {
    for (const { maxConnections, resolve, reject } of waiting) {
      if (entry.others + entry.held >= maxConnections) reject(new QuotaUncertain('the app is full, as far as is known without redis'));
      else {
        entry.held += 1;
        resolve(true);
      }
    }
  }

  async #call(appId: string, held: number, wanted: number, most: number): Promise<{ granted: number; others: number; hasSilentNode: boolean }> {
    const { leaseMilliseconds, memoryMilliseconds } = this.#timing;
    const args = [this.node, held, wanted, most, leaseMilliseconds, memoryMilliseconds];
    const reply = await this.#script.run(this.#options.client.commands, [`${this.#options.keyPrefix}:quota:${appId}`], args);
    const [granted, others, silent] = Array.isArray(reply) ? reply.map(Number) : [];
    return { granted: granted ?? 0, others: others ?? 0, hasSilentNode: silent === 1 };
  }
}
