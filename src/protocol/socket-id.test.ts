import { describe, expect, it } from 'vitest';
import { createSocketId, isSocketId } from './socket-id.ts';

describe('a socket id', () => {
  it('has the shape that every SDK checks, and never comes twice', () => {
    const ids = Array.from({ length: 1000 }, createSocketId);
    for (const id of ids) expect(id).toMatch(/^\d+\.\d+$/);
    expect(ids.every(isSocketId)).toBe(true);
    expect(new Set(ids).size).toBe(1000);
  });

  it.each(['1.2', '0.0', '123456.7890123', `${'1'.repeat(31)}.${'2'.repeat(32)}`])('could be %j', (text) => {
    expect(isSocketId(text)).toBe(true);
  });

  it.each([
    '',
    '1',
    '.',
    '1.',
    '.2',
    '1.2.3',
    '1,2',
    '1.2\n',
    '\n1.2',
    ' 1.2',
    '1.2 ',
    'a.b',
    '1.b',
    '-1.2',
    '1.2:private-x',
    '١.٢',
    `1.${'2'.repeat(63)}`,
  ])('could not be %j', (text) => {
    expect(isSocketId(text)).toBe(false);
  });
});
