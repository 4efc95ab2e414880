import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { Repeats } from './repeats.ts';

const refused = (reason: string) => ({ reason, socketId: '1.2' });

describe('repeated lines', () => {
  let clock: FakeClock;
  let repeats: Repeats;
  const summaries: unknown[] = [];

  beforeEach(() => {
    clock = new FakeClock();
    summaries.length = 0;
    repeats = new Repeats({ repeatLines: 3, repeatSeconds: 10, clock, summarise: (level, summary) => summaries.push({ level, ...summary }) });
  });
  afterEach(() => repeats.flush());

  /** How many of so many lines are written. */
  const write = (lines: number, fields: object, message = 'refused'): number =>
    Array.from({ length: lines }, () => repeats.admit('info', fields, message)).filter(Boolean).length;

  it('are written a few times, and then counted', () => {
    expect(write(10, refused('No'))).toBe(3);
    repeats.flush();
    expect(summaries).toEqual([{ level: 'info', repeated: 'refused', reason: 'No', suppressed: 7, repeatSeconds: 10 }]);
  });

  it('are told apart by message and by reason', () => {
    expect(write(5, refused('No'))).toBe(3);
    expect(write(5, refused('Never'))).toBe(3);
    expect(write(5, refused('No'), 'another')).toBe(3);
    expect(write(5, {}, 'without a reason')).toBe(3);
    repeats.flush();
    expect(summaries).toHaveLength(4);
  });

  it('are not told apart by what a client has put into the reason', () => {
    expect(write(2, refused('No: key "a"')) + write(2, refused('No: key "b"')) + write(2, refused('No "c"'))).toBe(3);
  });

  it('are bounded even when every reason is another one', () => {
    const written = Array.from({ length: 10_000 }, (_, index) => repeats.admit('info', refused(`made up ${index}`), 'refused')).filter(
      Boolean,
    ).length;
    expect(written).toBeLessThan(100);
    repeats.flush();
    expect(summaries).toEqual([{ level: 'info', repeated: 'refused', suppressed: 10_000 - written, repeatSeconds: 10 }]);
  });

  it('begin anew after their time, and what was left out is told first', async () => {
    write(5, refused('No'));
    await clock.advance(10_000);
    expect(write(5, refused('No'))).toBe(3);
    expect(summaries).toMatchObject([{ suppressed: 2 }]);
  });

  it('are told of when the storm is over and nothing more comes', () => {
    vi.useFakeTimers();
    try {
      write(4, refused('No'));
      vi.advanceTimersByTime(10_000);
      expect(summaries).toMatchObject([{ suppressed: 1 }]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('are no repeats when there are few', () => {
    write(3, refused('No'));
    repeats.flush();
    expect(summaries).toEqual([]);
  });
});
