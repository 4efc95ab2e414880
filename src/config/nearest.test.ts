import { expect, it } from 'vitest';
import { nearest, suggestion } from './nearest.ts';

const names = ['port', 'host', 'path', 'eventDataBytes', 'clientEvents'];

it.each([
  ['prot', 'port'],
  ['PORT', 'port'],
  ['hsot', 'host'],
  ['evntDataByte', 'eventDataBytes'],
  ['clientEvent', 'clientEvents'],
])('takes %s for %s', (word, meant) => {
  expect(nearest(word, names)).toBe(meant);
});

it('offers nothing when nothing is similar', () => {
  expect(nearest('webhooks', names)).toBeUndefined();
  expect(suggestion('webhooks', names)).toBe('');
});

it('takes the first of two that are equally near', () => {
  expect(nearest('bat', ['cat', 'rat'])).toBe('cat');
});

it('answers at once for an endless word', () => {
  expect(nearest('x'.repeat(1_000_000), names)).toBeUndefined();
});
