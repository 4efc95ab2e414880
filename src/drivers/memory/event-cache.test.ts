import { describe, expect, it } from 'vitest';
import { describeEventCache } from '../../testing/event-cache-contract.ts';
import { FakeClock } from '../../testing/fake-clock.ts';
import { MemoryEventCache } from './event-cache.ts';

describeEventCache('memory', async () => {
  const clock = new FakeClock();
  return { cache: new MemoryEventCache(clock), elapse: (seconds) => clock.advance(seconds * 1000), close: async () => {} };
});

function address(name: string) {
  return { appId: 'app', channel: { name, kind: 'public', isCache: true, needsAuth: false } } as const;
}

describe('the memory event cache', () => {
  it('forgets the longest unchanged when it grows too large', async () => {
    const cache = new MemoryEventCache(new FakeClock(), 10_000);
    const data = 'x'.repeat(1000);
    for (const name of ['cache-a', 'cache-b', 'cache-c', 'cache-d']) await cache.set(address(name), { event: 'e', data }, 60);
    await cache.set(address('cache-a'), { event: 'again', data }, 60);
    await cache.set(address('cache-e'), { event: 'e', data }, 60);
    const kept = await Promise.all(['cache-a', 'cache-b', 'cache-c', 'cache-d', 'cache-e'].map((name) => cache.get(address(name))));
    expect(kept.map((event) => event !== undefined)).toEqual([true, false, true, true, true]);
  });

  it('does not keep an event that is larger than it may be itself', async () => {
    const cache = new MemoryEventCache(new FakeClock(), 1000);
    await cache.set(address('cache-a'), { event: 'e', data: 'x'.repeat(1000) }, 60);
    expect(await cache.get(address('cache-a'))).toBeUndefined();
    await cache.set(address('cache-a'), { event: 'e', data: 'small' }, 60);
    expect(await cache.get(address('cache-a'))).toMatchObject({ data: 'small' });
  });

  it('has all its room again after events were replaced and expired', async () => {
    const clock = new FakeClock();
    const cache = new MemoryEventCache(clock, 3000);
    for (let round = 0; round < 100; round += 1) {
      await cache.set(address('cache-a'), { event: 'e', data: 'x'.repeat(1000) }, 1);
      if (round % 2 === 0) {
        await clock.advance(1000);
        expect(await cache.get(address('cache-a'))).toBeUndefined();
      } else expect(await cache.get(address('cache-a'))).toBeDefined();
    }
  });
});
