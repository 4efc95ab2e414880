import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertProperty } from '../testing/assert-property.ts';
import { TokenBucket } from './token-bucket.ts';

function takeMany(bucket: TokenBucket, times: number, now: number): number {
  return Array.from({ length: times }, () => bucket.take(now)).filter(Boolean).length;
}

describe('a token bucket', () => {
  it('starts full', () => {
    expect(takeMany(new TokenBucket(10, 0), 15, 0)).toBe(10);
  });

  it('fills again at its rate', () => {
    const bucket = new TokenBucket(10, 0);
    takeMany(bucket, 10, 0);
    expect(bucket.take(99)).toBe(false);
    expect(bucket.take(100)).toBe(true);
    expect(bucket.take(100)).toBe(false);
    expect(takeMany(bucket, 20, 600)).toBe(5);
  });

  it('holds no more after a long rest than at the start', () => {
    const bucket = new TokenBucket(10, 0);
    takeMany(bucket, 10, 0);
    expect(takeMany(bucket, 100, 3_600_000)).toBe(10);
  });

  it('refuses everything at a rate of 0 and nothing at an infinite one', () => {
    expect(takeMany(new TokenBucket(0, 0), 3, 1000)).toBe(0);
    expect(takeMany(new TokenBucket(Number.POSITIVE_INFINITY, 0), 1000, 0)).toBe(1000);
  });

  it('never allows more than a full bucket and what flowed in', () => {
    const pauses = fc.array(fc.integer({ min: 0, max: 3000 }), { maxLength: 100 });
    assertProperty(
      fc.property(fc.integer({ min: 1, max: 50 }), pauses, (perSecond, waits) => {
        const bucket = new TokenBucket(perSecond, 0);
        let now = 0;
        let taken = 0;
        for (const wait of waits) {
          now += wait;
          if (bucket.take(now)) taken += 1;
        }
        expect(taken).toBeLessThanOrEqual(perSecond + Math.ceil((now / 1000) * perSecond));
      }),
    );
  });
});
