import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = new URL('../../', import.meta.url).pathname;
const pages = ['docs/troubleshooting.md', 'docs/errors.md', 'docs/laravel.md', 'docs/from-reverb.md', 'docs/from-soketi.md'];

/** What stands between backquotes and is a sentence, not a command, a path or a line of some configuration. */
function quotedTexts(page: string): readonly string[] {
  const prose = readFileSync(join(root, page), 'utf8').replace(/^ *```[\s\S]*?^ *```$/gm, '');
  const spans = [...prose.matchAll(/`([^`\n]+)`/g)].map(([, text = '']) => text);
  return spans.filter((text) => /^[a-z][\w"]* \S+ \S+/i.test(text) && !/^(clarion|soketi|php|npx?|kill|GET|POST|A-Z) /.test(text));
}

/** The texts in the server's source, as patterns: what a template puts in may be anything. */
function sourceTexts(): readonly RegExp[] {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
  const sources = files
    .filter((name) => name.endsWith('.ts') && !/\.test\.ts$|^testing|openapi/.test(name))
    .map((name) => readFileSync(join(root, 'src', name), 'utf8'));
  const literals = sources.flatMap((source) =>
    [...source.matchAll(/'((?:[^'\\\n]|\\.)+)'|`((?:[^`\\]|\\.)+)`/g)].map(([, plain, template]) => plain ?? template ?? ''),
  );
  const parts = literals.map((text) => text.split(/\$\{[^}]*\}+/)).filter((fixed) => fixed.join('').trim().length >= 10);
  return parts.map((fixed) => new RegExp(`^${fixed.map(escaped).join('.*')}(?![a-z])`, 'i'));
}

function escaped(text: string): string {
  return text.replaceAll("\\'", "'").replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

const patterns = sourceTexts();

/** A page may quote the start of a text, or a text with what was put in. */
function isInSource(quoted: string): boolean {
  const start = new RegExp(`^${escaped(quoted)}`);
  return patterns.some((pattern) => pattern.test(quoted) || start.test(pattern.source.slice(1).replaceAll('\\', '')));
}

it.each(pages)('quotes in %s only what the server says', (page) => {
  expect(quotedTexts(page).filter((text) => !isInSource(text))).toEqual([]);
});

it('quotes many of them in the page on troubleshooting', () => {
  expect(quotedTexts('docs/troubleshooting.md').length).toBeGreaterThan(15);
});
