import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const scripts = new URL('lua/', import.meta.url);

it('has an ACL file that allows every command of the scripts', () => {
  const allowed = new Set(readFileSync('config/redis/clarion.acl', 'utf8').match(/(?<= \+)\S+/g));
  const text = readdirSync(scripts).map((file) => readFileSync(new URL(file, scripts), 'utf8'));
  const used = text.flatMap((script) => [...script.matchAll(/redis\.p?call\('([A-Z]+)'/g)].map(([, name = '']) => name.toLowerCase()));
  expect(used.length).toBeGreaterThan(50);
  expect([...new Set(used)].filter((name) => !allowed.has(name))).toEqual([]);
});
