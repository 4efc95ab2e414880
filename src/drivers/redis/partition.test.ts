import { describe, expect, it } from 'vitest';
import { partitionOf } from './partition.ts';

describe('the partition of a channel', () => {
  it('never changes', () => {
    expect(['app/room', 'app/presence-room', '1/é😀', ''].map((topic) => partitionOf(topic, 64))).toMatchInlineSnapshot(`
      [
        38,
        24,
        37,
        5,
      ]
    `);
    expect(partitionOf('app/room', 1)).toBe(0);
  });

  it('spreads channels evenly', () => {
    const counts = new Array<number>(16).fill(0);
    for (let index = 0; index < 16_000; index += 1) {
      const partition = partitionOf(`app/presence-room-${index}`, 16);
      counts[partition] = (counts[partition] ?? 0) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(800);
    expect(Math.max(...counts)).toBeLessThan(1200);
  });
});
