import { describe, expect, it } from 'vitest';
import type { RateLimiter } from '../core/ports.ts';

export interface RateLimiterUnderTest {
  readonly rates: RateLimiter;
  /** Lets so many milliseconds pass. */
  elapse(milliseconds: number): Promise<void>;
}

/** What every rate limiter does. Time that passes by itself may let a little more through. */
export function describeRateLimiter(name: string, start: () => Promise<RateLimiterUnderTest>): void {
  describe(`${name} rate limiter`, () => {
    it("allows a second's worth at once and little more, each key by itself", async () => {
      const { rates } = await start();
      const allowed = Array.from({ length: 30 }, () => rates.take('a', 10)).filter((wait) => wait === 0);
      expect(allowed.length).toBeGreaterThanOrEqual(10);
      expect(allowed.length).toBeLessThan(15);
      expect(rates.take('b', 10)).toBe(0);
    });

    it('allows again after the time that it tells', async () => {
      const { rates, elapse } = await start();
      for (let times = 0; times < 5; times += 1) rates.take('a', 5);
      const wait = rates.take('a', 5);
      expect(wait).toBeGreaterThan(0);
      expect(wait).toBeLessThanOrEqual(200);
      await elapse(wait + 20);
      expect(rates.take('a', 5)).toBe(0);
    });

    it('lets more than a second holds pass after a rest, and has it waited for', async () => {
      const { rates } = await start();
      expect(rates.take('a', 10, 100)).toBe(0);
      expect(rates.take('a', 10)).toBeGreaterThan(8000);
    });

    it('knows rates without an end, and a rate of nothing', async () => {
      const { rates } = await start();
      for (let times = 0; times < 1000; times += 1) expect(rates.take('a', Number.POSITIVE_INFINITY)).toBe(0);
      expect(rates.take('b', 0)).toBeGreaterThan(0);
    });
  });
}
