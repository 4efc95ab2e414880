import { describe, expect, it } from 'vitest';
import { settled } from '../testing/fake-clock.ts';
import { Backlog, type Reader } from './backlog.ts';

const limit = 16_000;

function setUp(unsent: readonly number[]) {
  const cut: number[] = [];
  let measured = 0;
  const backlog = new Backlog(limit);
  unsent.forEach((bytes, index) => {
    const reader: Reader = {
      get unsentBytes() {
        measured += 1;
        return bytes;
      },
      cut() {
        cut.push(index);
        backlog.remove(reader);
      },
    };
    backlog.add(reader);
  });
  return { backlog, cut, measurings: () => measured };
}

describe('the backlog', () => {
  it('is not measured before so much was sent that the limit can be reached', async () => {
    const { backlog, measurings } = setUp([5000]);
    for (let times = 0; times < 15; times += 1) backlog.expect(1000);
    await settled();
    expect(measurings()).toBe(0);
    backlog.expect(1000);
    expect(measurings()).toBe(0); // not from within a publish
    await settled();
    expect(measurings()).toBe(1);
  });

  it('above the limit loses its slowest readers, and only as many as it must', async () => {
    const { backlog, cut } = setUp([100, 9000, 3000, 6000, 0]);
    backlog.expect(limit);
    await settled();
    expect(cut).toEqual([1]);
  });

  it('is known after it was measured, so that less needs to be sent before the next time', async () => {
    const { backlog, cut, measurings } = setUp([7000, 7500]);
    backlog.expect(limit);
    await settled();
    expect(cut).toEqual([]);
    const before = measurings();
    backlog.expect(1000);
    await settled();
    expect(measurings()).toBe(before);
    backlog.expect(1000);
    await settled();
    expect(measurings()).toBeGreaterThan(before);
  });
});
