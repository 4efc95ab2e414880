import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { Breaker } from './breaker.ts';

describe('the circuit breaker', () => {
  let clock: FakeClock;
  let breaker: Breaker;

  beforeEach(() => {
    clock = new FakeClock();
    breaker = new Breaker({ clock, failures: 3, openMilliseconds: 15_000 });
  });

  const fail = (times: number): readonly boolean[] => Array.from({ length: times }, () => breaker.failed());

  it('allows everything until too many attempts in a row have failed', () => {
    expect(fail(2)).toEqual([false, false]);
    expect(breaker.allowed(8)).toBe(8);
    breaker.succeeded();
    expect(fail(2)).toEqual([false, false]);
    expect(fail(1)).toEqual([true]);
    expect(breaker.allowed(8)).toBe(0);
    expect(breaker.remainingMilliseconds).toBe(15_000);
  });

  it('is not opened again by attempts that were under way when it opened', async () => {
    fail(3);
    await clock.advance(5000);
    expect(fail(1)).toEqual([false]);
    expect(breaker.remainingMilliseconds).toBe(10_000);
  });

  it('allows one attempt after its time, and opens again when that fails', async () => {
    fail(3);
    await clock.advance(15_000);
    expect(breaker.allowed(8)).toBe(1);
    expect(fail(1)).toEqual([true]);
    expect(breaker.allowed(8)).toBe(0);
  });

  it('closes with a success, and says so once', async () => {
    fail(3);
    await clock.advance(15_000);
    expect(breaker.succeeded()).toBe(true);
    expect(breaker.succeeded()).toBe(false);
    expect(breaker.allowed(8)).toBe(8);
    expect(fail(2)).toEqual([false, false]);
  });
});
