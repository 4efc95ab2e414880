import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const folder = new URL('./', import.meta.url);
const readme = readFileSync(new URL('README.md', folder), 'utf8');

it('names every test file in the README, and no file that does not exist', () => {
  const named = new Set([...readme.matchAll(/`([a-z-]+\.test\.ts)`/g)].map(([, name]) => name));
  const existing = readdirSync(folder).filter((name) => name.endsWith('.test.ts'));
  expect([...named].sort()).toEqual(existing.sort());
});

it('names tests in the README as they are called', () => {
  for (const [, file = '', ...titles] of readme.matchAll(/`([a-z-]+\.test\.ts)` \*([^*]+)\*(?:, \*([^*]+)\*)?/g)) {
    const source = readFileSync(new URL(file, folder), 'utf8');
    for (const title of titles) if (title !== undefined) expect(source).toContain(title);
  }
});
