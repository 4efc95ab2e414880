import { describe, expect, it } from 'vitest';
import { backoffMilliseconds } from './backoff.ts';

describe('the wait before another attempt', () => {
  it('doubles from a second to a minute', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 8, 100, 2000].map((attempts) => backoffMilliseconds(attempts, 0))).toEqual([
      1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000, 60_000,
    ]);
  });

  it('is shortened by up to half at random', () => {
    expect(backoffMilliseconds(3, 0.5)).toBe(3000);
    expect(backoffMilliseconds(3, 1)).toBe(2000);
  });
});
