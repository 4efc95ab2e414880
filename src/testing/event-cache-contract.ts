import { afterEach, describe, expect, it } from 'vitest';
import type { ChannelAddress, EventCache } from '../core/ports.ts';
import { parseChannelName } from '../protocol/channel-name.ts';

export interface EventCacheFixture {
  readonly cache: EventCache;
  /** Lets so much time go by for the cache. */
  elapse(seconds: number): Promise<void>;
  close(): Promise<void>;
}

/** What every `EventCache` guarantees. `open` makes one that shares nothing with an earlier one. */
export function describeEventCache(name: string, open: () => Promise<EventCacheFixture>): void {
  const opened: EventCacheFixture[] = [];

  async function start(): Promise<EventCacheFixture> {
    const fixture = await open();
    opened.push(fixture);
    return fixture;
  }

  afterEach(async () => {
    for (const fixture of opened.splice(0)) await fixture.close();
  });

  describe(`${name} event cache`, () => {
    it('has nothing of a channel that nothing was set for', async () => {
      const { cache } = await start();
      expect(await cache.get(channel('cache-a'))).toBeUndefined();
    });

    it.each(['', '{"a":1}', 'not json "', 'é😀\u2028\u0000', 'x'.repeat(10_240)])('gives back what was set, byte for byte: %j', async (data) => {
      const { cache } = await start();
      await cache.set(channel('cache-a'), { event: 'client-"é"', data }, 60);
      expect(await cache.get(channel('cache-a'))).toEqual({ event: 'client-"é"', data, ttlSeconds: 60 });
    });

    it('keeps the last event only', async () => {
      const { cache } = await start();
      for (const data of ['1', '2', '3']) await cache.set(channel('cache-a'), { event: 'e', data }, 60);
      expect(await cache.get(channel('cache-a'))).toMatchObject({ data: '3' });
    });

    it('keeps the order of what is set at once', async () => {
      const { cache } = await start();
      await Promise.all(['1', '2', '3'].map((data) => cache.set(channel('cache-a'), { event: 'e', data }, 60)));
      expect(await cache.get(channel('cache-a'))).toMatchObject({ data: '3' });
    });

    it('keeps channels and apps apart', async () => {
      const { cache } = await start();
      await cache.set(channel('cache-a'), { event: 'a', data: '' }, 60);
      await cache.set(channel('cache-a', 'other'), { event: 'other', data: '' }, 60);
      await cache.set(channel('cache-__proto__'), { event: 'proto', data: '' }, 60);
      expect(await cache.get(channel('cache-a'))).toMatchObject({ event: 'a' });
      expect(await cache.get(channel('cache-a', 'other'))).toMatchObject({ event: 'other' });
      expect(await cache.get(channel('cache-b'))).toBeUndefined();
    });

    it('says how long an event will live, and forgets it then', async () => {
      const { cache, elapse } = await start();
      await cache.set(channel('cache-a'), { event: 'e', data: '' }, 3);
      await elapse(2);
      expect((await cache.get(channel('cache-a')))?.ttlSeconds).toBe(1);
      await elapse(1);
      expect(await cache.get(channel('cache-a'))).toBeUndefined();
    });

    it('starts the time anew with each event', async () => {
      const { cache, elapse } = await start();
      await cache.set(channel('cache-a'), { event: 'e', data: '1' }, 2);
      await elapse(1);
      await cache.set(channel('cache-a'), { event: 'e', data: '2' }, 2);
      await elapse(1);
      expect(await cache.get(channel('cache-a'))).toMatchObject({ data: '2' });
    });
  });
}

function channel(name: string, appId = 'app'): ChannelAddress {
  const parsed = parseChannelName(name, 200);
  if (parsed === undefined) throw new Error(`${name} is not a channel name`);
  return { appId, channel: parsed };
}
