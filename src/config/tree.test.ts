import { expect, it } from 'vitest';
import { hasValue, overlay, treeOf, valueAt } from './tree.ts';

it('merges objects and replaces arrays', () => {
  const noted: string[] = [];
  const merged = overlay({ a: { b: 1, c: [1, 2] } }, { a: { c: [3] }, d: 4 }, (path) => noted.push(path));
  expect(merged).toEqual({ a: { b: 1, c: [3] }, d: 4 });
  expect(noted).toEqual(['a.c', 'd']);
});

it('keeps __proto__ as an ordinary name', () => {
  const over = JSON.parse('{"__proto__":{"polluted":true}}');
  const merged = overlay({}, over, () => {});
  expect(Object.keys(merged)).toEqual(['__proto__']);
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});

it('survives objects nested deeper than the stack', () => {
  const deep = JSON.parse(`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`);
  expect(() => overlay({}, deep, () => {})).not.toThrow();
});

it('makes a tree from a path and finds its value again', () => {
  expect(treeOf('server.tls.keyFile', 'k')).toEqual({ server: { tls: { keyFile: 'k' } } });
  expect(valueAt(treeOf('server.port', 1), 'server.port')).toBe(1);
  expect(valueAt({}, 'constructor.name')).toBeUndefined();
});

it('knows whether a value is set, inside of lists too', () => {
  const tree = { apps: [{ key: undefined }, { key: 'k' }] };
  expect(hasValue(tree, ['apps', 1, 'key'])).toBe(true);
  expect(hasValue(tree, ['apps', 2, 'key'])).toBe(false);
  expect(hasValue(tree, ['apps', 1, 'key', 'length'])).toBe(false);
});
