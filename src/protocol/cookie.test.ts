import { expect, it } from 'vitest';
import { readCookie } from './cookie.ts';

it.each([
  ['a=1', '1'],
  ['x=2; a=1; y=3', '1'],
  ['x=2;a=1', '1'],
  ['a="1"', '1'],
  ['a=b=c', 'b=c'],
  ['a=1 ; x', '1'],
  ['', undefined],
  ['a', undefined],
  ['a=', undefined],
  ['a=""', undefined],
  ['A=1', undefined],
  ['xa=1', undefined],
  ['x="; a=1', '1'],
  ['a=1; a=1', undefined],
  ['a=; a=1', undefined],
  ['%61=1', undefined],
])('finds the cookie in %j: %j', (header, value) => {
  expect(readCookie(header, 'a')).toBe(value);
});
