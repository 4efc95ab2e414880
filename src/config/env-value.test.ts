import { describe, expect, it } from 'vitest';
import { parseBoolean, parseWhole, readText } from './env-value.ts';
import type { OptionKind } from './option.ts';

function read(kind: OptionKind, text: string, words: readonly string[] = [], canBeUnlimited = false) {
  return readText({ kind, words, canBeUnlimited }, text);
}

describe('readText', () => {
  it.each<[OptionKind, string, unknown]>([
    ['integer', '42', 42],
    ['integer', ' 42 ', 42],
    ['integer', '-3', -3],
    ['number', '2.5', 2.5],
    ['boolean', 'true', true],
    ['boolean', 'Off', false],
    ['boolean', '(true)', true],
    ['text', ' as it is ', ' as it is '],
    ['list', 'a, b,,c ', ['a', 'b', 'c']],
    ['list', '["a,b"]', ['a,b']],
    ['json', '[{"id":1}]', [{ id: 1 }]],
  ])('reads %s from %s', (kind, text, value) => {
    expect(read(kind, text)).toEqual({ value });
  });

  it.each<[OptionKind, string, string]>([
    ['integer', '1e3', 'must be a whole number'],
    ['integer', '2.5', 'must be a whole number'],
    ['integer', '0x10', 'must be a whole number'],
    ['number', 'two', 'must be a number'],
    ['boolean', 'maybe', 'must be true or false'],
    ['json', '{', 'must be valid JSON'],
    ['list', '[', 'must be valid JSON'],
  ])('refuses as %s the text %s', (kind, text, fault) => {
    expect(read(kind, text)).toEqual({ fault });
  });

  it('reads words beside numbers', () => {
    expect(read('integer', 'auto', ['auto'])).toEqual({ value: 'auto' });
    expect(read('integer', 'many', ['auto'])).toEqual({ fault: 'must be a whole number or auto' });
  });

  it.each(['unlimited', 'UNLIMITED', '-1'])('reads %s as no limit where there may be none', (text) => {
    expect(read('integer', text, [], true)).toEqual({ value: null });
  });

  it('takes -1 for a number where there must be a limit', () => {
    expect(read('integer', '-1')).toEqual({ value: -1 });
  });
});

it('parses plain booleans and whole numbers', () => {
  expect([parseBoolean('yes'), parseBoolean('0'), parseBoolean('')]).toEqual([true, false, undefined]);
  expect([parseWhole('7'), parseWhole('-7'), parseWhole('7.5'), parseWhole('')]).toEqual([7, undefined, undefined, undefined]);
});
