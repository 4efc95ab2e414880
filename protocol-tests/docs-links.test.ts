import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { anchorsOf, relativeLinksOf } from './support/markdown.ts';

/** Every page of the project, also those that are not committed yet. */
const pages = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], { encoding: 'utf8' })
  .split('\n')
  .filter((file) => file !== '' && existsSync(file));

/** Why a link leads nowhere, or `undefined`. */
function whyBroken(page: string, link: string): string | undefined {
  const [path = '', anchor] = decodeURIComponent(link).split('#');
  const target = path === '' ? page : normalize(join(dirname(page), path));
  if (!existsSync(target)) return `${link}: there is no ${target}`;
  if (anchor === undefined || anchor === '') return undefined;
  if (!target.endsWith('.md') || !statSync(target).isFile()) return `${link}: ${target} has no headings`;
  return anchorsOf(target).has(anchor) ? undefined : `${link}: ${target} has no such heading`;
}

describe('the Markdown pages', () => {
  it.each(pages)('%s links only to what is there', (page) => {
    expect(relativeLinksOf(page).flatMap((link) => whyBroken(page, link) ?? [])).toEqual([]);
  });

  it('are all in the index, as far as they are in docs/', () => {
    const index = readFileSync('docs/README.md', 'utf8');
    const linked = pages.filter((page) => page.startsWith('docs/')).flatMap((page) => relativeLinksOf(page));
    for (const page of pages.filter((file) => /^docs\/[^/]+\.md$/.test(file) && file !== 'docs/README.md')) {
      const name = basename(page);
      const isReachable = index.includes(`(${name})`) || linked.includes(name); // option maps hang on the page of their server
      expect(isReachable, `${page} is linked from no page`).toBe(true);
    }
  });

  it('say nothing of folders that only exist where they were written', () => {
    for (const page of pages) expect(readFileSync(page, 'utf8'), page).not.toMatch(/\/tmp\/|\/work\//);
  });
});
