import type { Clock, Log, RateLimiter } from '../../core/ports.ts';
import { MemoryRateLimiter } from '../memory/rate-limiter.ts';
import type { RedisClient } from './client.ts';
import { loadScript, type Script } from './script.ts';

export interface RedisRateLimiterOptions {
  readonly client: Pick<RedisClient, 'commands' | 'isCluster' | 'isUp'>;
  readonly keyPrefix: string;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly log: Pick<Log, 'debug'>;
}

/** What a node has let pass under one key. */
interface Taken {
  /** How long it takes to flow in. */
  milliseconds: number;
  /** When the first of it was taken. */
  readonly since: number;
}

const windowMilliseconds = 1000;
/** How late a node learns of what the others let pass. */
const tellMilliseconds = 50;
/** Calls at once; what is more is told next time, and added up until then. */
const keysAtOnce = 1000;

/**
 * Decides by itself at once, and tells Redis a little later what it has let pass; from the answer it learns what the others did. What all of them let
 * pass too much in between is waited for afterwards, so that the sum over all nodes is right. Without Redis each node goes on by itself.
 */
export class RedisRateLimiter implements RateLimiter {
  readonly #options: RedisRateLimiterOptions;
  readonly #local: MemoryRateLimiter;
  readonly #script: Script;
  /** What Redis does not know of yet, by key. Keys of the last moment only. */
  readonly #untold = new Map<string, Taken>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: RedisRateLimiterOptions) {
    this.#options = options;
    this.#local = new MemoryRateLimiter(options.clock);
    this.#script = loadScript({ name: 'rate', isStrict: options.client.isCluster });
  }

  take(key: string, perSecond: number, count = 1): number {
    const waitMilliseconds = this.#local.take(key, perSecond, count);
    if (waitMilliseconds === 0 && perSecond !== Number.POSITIVE_INFINITY) this.#note(key, (count * windowMilliseconds) / perSecond);
    return waitMilliseconds;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#untold.clear();
  }

  #note(key: string, milliseconds: number): void {
    const taken = this.#untold.get(key);
    if (taken === undefined) this.#untold.set(key, { milliseconds, since: this.#options.clock.monotonic() });
    else taken.milliseconds += milliseconds;
    this.#timer ??= setTimeout(() => this.#tell(), tellMilliseconds).unref();
  }

  #tell(): void {
    this.#timer = undefined;
    if (!this.#options.client.isUp) return this.#untold.clear();
    const due = [...this.#untold].slice(0, keysAtOnce);
    for (const [key] of due) this.#untold.delete(key);
    if (this.#untold.size > 0) this.#timer = setTimeout(() => this.#tell(), tellMilliseconds).unref();
    Promise.all(due.map(([key, taken]) => this.#settle(key, taken))).catch((error: unknown) => {
      this.#options.log.debug({ err: error }, 'rates were not told to Redis'); // this node's own count stands
    });
  }

  async #settle(key: string, { milliseconds, since }: Taken): Promise<void> {
    const { client, clock, keyPrefix } = this.#options;
    const age = Math.max(0, clock.monotonic() - since);
    const left = Number(await this.#script.run(client.commands, [`${keyPrefix}:rate:${key}`], [milliseconds, age]));
    this.#local.owe(key, left + (this.#untold.get(key)?.milliseconds ?? 0));
  }
}
