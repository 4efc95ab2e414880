import { describe, expect, it } from 'vitest';
import { LateRelays } from './late-relays.ts';
import { Origins } from './origins.ts';

describe('origins of batches', () => {
  it('are admitted with rising numbers only, each by itself', () => {
    const origins = new Origins();
    expect([origins.admit('a', 1), origins.admit('a', 1), origins.admit('b', 1), origins.admit('a', 5), origins.admit('a', 4)]).toEqual([
      true,
      false,
      true,
      true,
      false,
    ]);
  });

  it('are forgotten when there are too many, the most silent first', () => {
    const origins = new Origins();
    origins.admit('silent', 7);
    for (let index = 0; index < 10_000; index += 1) origins.admit(`origin-${index}`, 1);
    expect(origins.admit('silent', 1)).toBe(true);
    expect(origins.admit('origin-9999', 1)).toBe(false);
  });
});

describe('late relays', () => {
  it('are left out of their batch when it arrives after all, once', () => {
    const [first, second] = ['1', '2'].map((frame) => ({ topic: 'app/room', frame }));
    if (first === undefined || second === undefined) throw new Error('no messages');
    const late = new LateRelays();
    late.add(3, new Set([1]));
    expect(late.without({ number: 2, messages: [first, second] })).toEqual([first, second]);
    expect(late.without({ number: 3, messages: [first, second] })).toEqual([first]);
    expect(late.without({ number: 3, messages: [first, second] })).toEqual([first, second]);
  });
});
