import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertProperty } from '../../testing/assert-property.ts';
import { FakeClock } from '../../testing/fake-clock.ts';
import { describeRateLimiter } from '../../testing/rate-limiter-contract.ts';
import { MemoryRateLimiter } from './rate-limiter.ts';

function setUp() {
  const clock = new FakeClock();
  return { clock, rates: new MemoryRateLimiter(clock) };
}

describeRateLimiter('memory', async () => {
  const { clock, rates } = setUp();
  return { rates, elapse: (milliseconds) => clock.advance(milliseconds) };
});

describe('the memory rate limiter', () => {
  it('knows rates below one a second, and keeps no key without a rate', async () => {
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
    await clock.advance(1000);
    rates.add('others took', 10, 1);
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
