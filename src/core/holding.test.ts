import { describe, expect, it } from 'vitest';
import { Holding } from './holding.ts';

function ticks(holding: Holding, seconds: number): void {
  for (let second = 0; second < seconds; second += 1) holding.tick();
}

describe('holding', () => {
  it('releases each after 5 to 7 seconds, not all in the same', () => {
    const holding = new Holding(1000);
    const released: number[] = [];
    let now = 0;
    for (let number = 0; number < 200; number += 1) holding.hold(() => released.push(now));
    for (now = 1; now <= 10; now += 1) holding.tick();
    expect(released).toHaveLength(200);
    expect(Math.min(...released)).toBeGreaterThan(5);
    expect(Math.max(...released)).toBeLessThanOrEqual(7);
    expect(new Set(released).size).toBeGreaterThan(1);
  });

  it('forgets whom it is told to forget', () => {
    const holding = new Holding(2);
    let released = 0;
    const forget = holding.hold(() => {
      released += 1;
    });
    holding.hold(() => {
      released += 1;
    });
    expect(holding.isFull).toBe(true);
    forget();
    forget();
    expect(holding.isFull).toBe(false);
    ticks(holding, 10);
    expect(released).toBe(1);
  });

  it('has its places back after a release, also when the one released says that it is gone', () => {
    const holding = new Holding(1);
    const forget = holding.hold(() => forget());
    ticks(holding, 10);
    expect(holding.isFull).toBe(false);
    holding.hold(() => {});
    expect(holding.isFull).toBe(true);
  });
});
