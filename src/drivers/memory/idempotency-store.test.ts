import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../testing/fake-clock.ts';
import { describeIdempotencyStore } from '../../testing/idempotency-store-contract.ts';
import { MemoryIdempotencyStore } from './idempotency-store.ts';

describeIdempotencyStore('memory', async () => {
  const clock = new FakeClock();
  return { store: new MemoryIdempotencyStore(clock), elapse: (seconds) => clock.advance(seconds * 1000), close: async () => {} };
});

describe('the memory idempotency store', () => {
  it('forgets the oldest keys when there are too many', async () => {
    const store = new MemoryIdempotencyStore(new FakeClock(), 3);
    for (const key of ['a', 'b', 'c', 'd']) await store.claim(key, 'body');
    expect((await store.claim('d', 'body')).state).toBe('pending');
    expect((await store.claim('c', 'body')).state).toBe('pending');
    expect((await store.claim('a', 'body')).state).toBe('claimed');
  });

  it('forgets the oldest answers when they are too long together', async () => {
    const store = new MemoryIdempotencyStore(new FakeClock(), 100, 250);
    for (const key of ['a', 'b', 'c', 'd']) {
      await store.claim(key, 'body');
      await store.complete(key, key.repeat(100));
    }
    expect((await store.claim('d', 'body')).state).toBe('done');
    expect((await store.claim('a', 'body')).state).toBe('claimed');
  });
});
