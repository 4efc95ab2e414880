import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { errors } from './error.ts';

const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');

it('lists in docs/errors.md every code with its text, and nothing else', () => {
  const section = page.slice(page.indexOf('## Codes'), page.indexOf('Often the text says more'));
  const rows = section.split('\n').filter((line) => /^\| (\d|none)/.test(line));
  const listed = rows.map((row) => row.split(' | ').slice(0, 2).join(' ').replace('| ', ''));
  expect(listed.toSorted()).toEqual(
    Object.values(errors)
      .map(([code, text]) => `${code ?? 'none'} ${text}`)
      .toSorted(),
  );
});

it('says of each row what clients do', () => {
  for (const row of page.split('\n').filter((line) => /^\| \d{4} /.test(line))) expect(row.split('|').length, row).toBeGreaterThanOrEqual(6);
});
