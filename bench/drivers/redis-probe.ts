import { Redis } from 'ioredis';

const intervalMilliseconds = 2;

/** Pings a Redis, answered or not, over a connection of its own, and remembers the longest wait. */
export class RedisProbe {
  readonly #redis: Redis;
  readonly #timer: NodeJS.Timeout;
  #longest = 0;

  constructor(url: string) {
    this.#redis = new Redis(url);
    this.#timer = setInterval(() => void this.#ping(), intervalMilliseconds);
  }

  /** Ends it. Returns the longest wait in milliseconds. */
  end(): number {
    clearInterval(this.#timer);
    this.#redis.disconnect();
    return this.#longest;
  }

  async #ping(): Promise<void> {
    if (this.#redis.status !== 'ready') return; // what waits for the connection does not wait for Redis
    const sentAt = performance.now();
    try {
      await this.#redis.ping();
    } catch {
      return; // the end came first
    }
    this.#longest = Math.max(this.#longest, performance.now() - sentAt);
  }
}
