import { topicOf } from '../../core/channel.ts';
import type { CachedEvent, ChannelAddress, Clock, EventCache } from '../../core/ports.ts';

interface Entry {
  readonly event: CachedEvent;
  readonly expiresAt: number;
  readonly bytes: number;
}

const defaultMaxBytes = 64 * 1024 * 1024;
const entryOverheadBytes = 256;

/** Keeps cached events in this process, up to a number of bytes; above it the longest unchanged go first. */
export class MemoryEventCache implements EventCache {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #maxBytes: number;
  /** The longest unchanged first. */
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  constructor(clock: Pick<Clock, 'monotonic'>, maxBytes: number = defaultMaxBytes) {
    this.#clock = clock;
    this.#maxBytes = maxBytes;
  }

  async set({ appId, channel }: ChannelAddress, event: CachedEvent, ttlSeconds: number): Promise<void> {
    const key = topicOf(appId, channel);
    this.#delete(key);
    const bytes = entryOverheadBytes + 2 * (key.length + event.event.length + event.data.length);
    this.#entries.set(key, { event, bytes, expiresAt: this.#clock.monotonic() + ttlSeconds * 1000 });
    this.#bytes += bytes;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#delete(oldest);
    }
  }

  async get({ appId, channel }: ChannelAddress): Promise<(CachedEvent & { readonly ttlSeconds: number }) | undefined> {
    const key = topicOf(appId, channel);
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    const left = entry.expiresAt - this.#clock.monotonic();
    if (left > 0) return { ...entry.event, ttlSeconds: Math.ceil(left / 1000) };
    this.#delete(key);
    return undefined;
  }

  #delete(key: string): void {
    this.#bytes -= this.#entries.get(key)?.bytes ?? 0;
    this.#entries.delete(key);
  }
}
