import { describe, expect, it } from 'vitest';
import { MemoryUse, type MemoryUseOptions } from './memory-use.ts';

const unlimited: MemoryUseOptions = { memoryPercent: Number.POSITIVE_INFINITY, memoryBytes: Number.POSITIVE_INFINITY, processes: 1 };
const reading = { usedBytes: 400, availableBytes: 1000, heapUsedBytes: 50, heapLimitBytes: 100 };

describe('the use of memory', () => {
  it('is the larger of the two shares that can run out', () => {
    expect(new MemoryUse(unlimited, () => reading).percent).toBe(50);
    expect(new MemoryUse(unlimited, () => ({ ...reading, usedBytes: 612.34 })).percent).toBe(61.2);
  });

  it.each<[string, Partial<MemoryUseOptions>, boolean]>([
    ['no limit', {}, false],
    ['a share that is not reached', { memoryPercent: 50.1 }, false],
    ['a share that is reached', { memoryPercent: 50 }, true],
    ['a size that is not reached', { memoryBytes: 401 }, false],
    ['a size that is reached', { memoryBytes: 400 }, true],
  ])('is high or not: %s', (_, limits, isHigh) => {
    expect(new MemoryUse({ ...unlimited, ...limits }, () => reading).isHigh).toBe(isHigh);
  });

  it('is as of the last tick', () => {
    let usedBytes = 400;
    const memory = new MemoryUse({ ...unlimited, memoryBytes: 500 }, () => ({ ...reading, usedBytes }));
    usedBytes = 500;
    expect(memory.isHigh).toBe(false);
    memory.tick();
    expect(memory.isHigh).toBe(true);
  });

  it('is as it was while it cannot be read', () => {
    let read = () => reading;
    const memory = new MemoryUse(unlimited, () => read());
    read = () => {
      throw new Error('EMFILE: too many open files');
    };
    memory.tick();
    expect(memory.percent).toBe(new MemoryUse(unlimited, () => reading).percent);
  });

  it('of this process is a share of what its machine has, and larger where others share that', () => {
    const alone = new MemoryUse(unlimited);
    const crowded = new MemoryUse({ ...unlimited, processes: 1_000_000 });
    expect(alone.percent).toBeGreaterThan(0);
    expect(alone.percent).toBeLessThan(100);
    expect(crowded.percent).toBeGreaterThan(100);
  });
});
