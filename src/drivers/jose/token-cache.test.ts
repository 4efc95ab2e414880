import { describe, expect, it } from 'vitest';
import { TokenCache } from './token-cache.ts';

describe('the cache of tokens', () => {
  it('keeps what was used last', () => {
    const cache = new TokenCache({ maxEntries: 2, maxBytes: 100 });
    cache.set('a', { bytes: 1 });
    cache.set('b', { bytes: 1 });
    cache.get('a');
    cache.set('c', { bytes: 1 });
    expect(['a', 'b', 'c'].map((key) => cache.get(key) !== undefined)).toEqual([true, false, true]);
  });

  it('never holds more bytes than it may', () => {
    const cache = new TokenCache({ maxEntries: 100, maxBytes: 100 });
    for (let number = 0; number < 50; number += 1) {
      cache.set(`key ${number % 20}`, { bytes: 1 + ((number * 7) % 40) });
      expect(cache.bytes).toBeLessThanOrEqual(100);
    }
    cache.set('large', { bytes: 101 });
    expect([cache.size, cache.bytes]).toEqual([0, 0]);
  });
});
