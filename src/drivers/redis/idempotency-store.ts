import { randomUUID } from 'node:crypto';
import type { Claim, IdempotencyStore, Log } from '../../core/ports.ts';
import { answered } from './answered.ts';
import type { RedisClient } from './client.ts';
import { loadScript } from './script.ts';

export interface RedisIdempotencyStoreOptions {
  readonly client: Pick<RedisClient, 'commands' | 'isCluster'>;
  readonly keyPrefix: string;
  readonly log: Pick<Log, 'warn'>;
}

/** A request that has no answer by then belongs to a node that died. */
const pendingMilliseconds = 10_000;
const keepMilliseconds = 120_000;

/** What is under way on this node: as many as there are requests. */
interface Pending {
  readonly fingerprint: string;
  readonly held: string;
}

/**
 * Remembers answers in Redis for 120 seconds, so that a retry may reach another node. A claim whose node died is free again after 10 seconds.
 * `claim` rejects with BrokerUnavailable when Redis does not answer; `complete` and `release` do not, because what they report has already happened.
 */
export class RedisIdempotencyStore implements IdempotencyStore {
  readonly #options: RedisIdempotencyStoreOptions;
  readonly #claim;
  readonly #settle;
  readonly #pending = new Map<string, Pending>();

  constructor(options: RedisIdempotencyStoreOptions) {
    this.#options = options;
    const isStrict = options.client.isCluster;
    this.#claim = loadScript({ name: 'idempotency-claim', isStrict });
    this.#settle = loadScript({ name: 'idempotency-settle', isStrict });
  }

  async claim(key: string, fingerprint: string): Promise<Claim> {
    const held = JSON.stringify([fingerprint, null, randomUUID()]);
    const before = await answered(this.#claim.run(this.#options.client.commands, [this.#key(key)], [held, pendingMilliseconds]));
    if (before !== null) return read(before, fingerprint);
    this.#pending.set(key, { fingerprint, held });
    return { state: 'claimed' };
  }

  async complete(key: string, answer: string): Promise<void> {
    const pending = this.#pending.get(key);
    if (pending === undefined) return;
    await this.#end(key, [pending.held, JSON.stringify([pending.fingerprint, answer]), keepMilliseconds]);
  }

  async release(key: string): Promise<void> {
    const pending = this.#pending.get(key);
    if (pending !== undefined) await this.#end(key, [pending.held]);
  }

  async #end(key: string, args: readonly (string | number)[]): Promise<void> {
    this.#pending.delete(key);
    try {
      await this.#settle.run(this.#options.client.commands, [this.#key(key)], args);
    } catch (err) {
      this.#options.log.warn({ err }, 'an idempotency key stays pending until it expires');
    }
  }

  #key(key: string): string {
    return `${this.#options.keyPrefix}:idempotency:${key}`;
  }
}

function read(held: unknown, fingerprint: string): Claim {
  const value: unknown = JSON.parse(String(held));
  if (!Array.isArray(value) || value[0] !== fingerprint) return { state: 'conflict' };
  return typeof value[1] === 'string' ? { state: 'done', answer: value[1] } : { state: 'pending' };
}
