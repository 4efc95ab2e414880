import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertProperty } from '../../testing/assert-property.ts';
import { FakeClock } from '../../testing/fake-clock.ts';
import { MemoryRateLimiter } from './rate-limiter.ts';

function setUp() {
  const clock = new FakeClock();
  return { clock, rates: new MemoryRateLimiter(clock) };
}

describe('the memory rate limiter', () => {
  it("allows a second's worth at once, then at the rate, per key", async () => {
    const { clock, rates } = setUp();
    expect([1, 2, 3, 4].map(() => rates.take('a', 3) === 0)).toEqual([true, true, true, false]);
    expect(rates.take('b', 3)).toBe(0);
    await clock.advance(334);
    expect([1, 2].map(() => rates.take('a', 3) === 0)).toEqual([true, false]);
  });

  it('says when to ask again', async () => {
    const { clock, rates } = setUp();
    for (let times = 0; times < 2; times += 1) rates.take('a', 2);
    const wait = rates.take('a', 2);
    expect(wait).toBe(500);
    await clock.advance(wait);
    expect(rates.take('a', 2)).toBe(0);
  });

  it('lets more than a second holds pass after a rest, and has it waited for', async () => {
    const { clock, rates } = setUp();
    expect(rates.take('a', 2, 10)).toBe(0);
    expect(rates.take('a', 2)).toBeGreaterThan(3000);
    await clock.advance(4500);
    expect(rates.take('a', 2)).toBe(0);
  });

  it('knows rates below one a second, no rate, and none at all', async () => {
    const { clock, rates } = setUp();
    expect([rates.take('slow', 0.5), rates.take('slow', 0.5)]).toEqual([0, 2000]);
    await clock.advance(2000);
    expect(rates.take('slow', 0.5)).toBe(0);
    expect(rates.take('any', Number.POSITIVE_INFINITY)).toBe(0);
    expect(rates.take('none', 0)).toBeGreaterThan(0);
    expect(rates.size).toBe(1);
  });

  it('keeps only keys of the last second', async () => {
    const { clock, rates } = setUp();
    for (let number = 0; number < 1000; number += 1) rates.take(`user-${number}`, 10);
    expect(rates.size).toBe(1000);
    await clock.advance(1000);
    rates.take('other', 10);
    expect(rates.size).toBe(1);
  });

  it('is right within a tenth over any ten seconds', () => {
    const schedule = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 600, maxLength: 1500 });
    assertProperty(
      fc.property(fc.integer({ min: 5, max: 60 }), schedule, (perSecond, waits) => {
        let now = 0;
        const rates = new MemoryRateLimiter({ monotonic: () => now });
        let allowed = 0;
        for (const wait of waits) {
          now += wait;
          if (rates.take('a', perSecond) === 0) allowed += 1;
        }
        const most = Math.min(waits.length, perSecond * (1 + now / 1000));
        expect(allowed).toBeLessThanOrEqual(Math.ceil(most));
      }),
      50,
    );
  });
});
