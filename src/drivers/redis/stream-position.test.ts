import { describe, expect, it } from 'vitest';
import { StreamPosition } from './stream-position.ts';

describe('the position in a stream', () => {
  it('begins anywhere and notices what is missing', () => {
    const position = new StreamPosition();
    expect(position.advance(10)).toBeUndefined();
    expect(position.advance(11)).toBeUndefined();
    expect(position.advance(14)).toEqual({ after: 11, before: 14, lost: 2 });
    expect(position.advance(15)).toBeUndefined();
  });

  it('takes numbers that go back for a stream that began anew', () => {
    const position = new StreamPosition();
    position.advance(10);
    expect(position.advance(10)).toEqual({ after: 0, before: 10, lost: 1 });
    expect(position.advance(4)).toEqual({ after: 0, before: 4, lost: 1 });
    expect(position.advance(5)).toBeUndefined();
  });

  it('does not count a jump of years as lost messages', () => {
    const position = new StreamPosition();
    position.advance(1_700_000_000_000_000);
    expect(position.advance(1_700_000_100_000_000)?.lost).toBe(1);
  });

  it('may be told where it begins while messages from before are still on their way', () => {
    const position = new StreamPosition();
    position.start(10);
    expect(position.advance(9)).toBeUndefined();
    expect(position.advance(10)).toBeUndefined();
    expect(position.advance(12)?.lost).toBe(1);
    position.start(99);
    expect(position.last).toBe(12);
  });

  it('gives up what was announced and did not come, once', () => {
    const position = new StreamPosition();
    position.advance(10);
    expect(position.expect(10)).toBeUndefined();
    expect(position.expect(13)).toEqual({ after: 10, before: 14, lost: 3 });
    expect(position.expect(13)).toBeUndefined();
    expect(position.advance(14)).toBeUndefined();
  });
});
