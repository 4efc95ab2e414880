import type { CachedEvent, ChannelAddress, EventCache } from '../../core/ports.ts';
import { answered } from './answered.ts';
import type { RedisClient } from './client.ts';

export interface RedisEventCacheOptions {
  readonly client: Pick<RedisClient, 'commands'>;
  readonly keyPrefix: string;
}

/** Keeps cached events in Redis, so that a subscriber of any node gets them. Rejects with BrokerUnavailable when Redis does not answer. */
export class RedisEventCache implements EventCache {
  readonly #client: Pick<RedisClient, 'commands'>;
  readonly #keyPrefix: string;

  constructor({ client, keyPrefix }: RedisEventCacheOptions) {
    this.#client = client;
    this.#keyPrefix = keyPrefix;
  }

  async set(address: ChannelAddress, { event, data }: CachedEvent, ttlSeconds: number): Promise<void> {
    const milliseconds = Math.max(1, Math.round(ttlSeconds * 1000));
    await answered(this.#client.commands.set(this.#key(address), JSON.stringify([event, data]), 'PX', milliseconds));
  }

  async get(address: ChannelAddress): Promise<(CachedEvent & { readonly ttlSeconds: number }) | undefined> {
    const key = this.#key(address);
    const { commands } = this.#client;
    // Two commands of one tick share a round trip. Between them the event may expire, which the second one tells.
    const [stored, leftMilliseconds] = await answered(Promise.all([commands.get(key), commands.pttl(key)]));
    const cached = stored === null ? undefined : parse(stored);
    return cached === undefined || leftMilliseconds <= 0 ? undefined : { ...cached, ttlSeconds: Math.ceil(leftMilliseconds / 1000) };
  }

  #key({ appId, channel }: ChannelAddress): string {
    return `${this.#keyPrefix}:cache:${appId}/${channel.name}`;
  }
}

/** `undefined` for whatever another program may have written there. */
function parse(stored: string): CachedEvent | undefined {
  let value: unknown;
  try {
    value = JSON.parse(stored);
  } catch {
    return undefined;
  }
  if (!Array.isArray(value) || typeof value[0] !== 'string' || typeof value[1] !== 'string') return undefined;
  return { event: value[0], data: value[1] };
}
