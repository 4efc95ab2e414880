import { existsSync, readdirSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../src/testing/free-port.ts';
import { type DocsFolder, makeDocsFolder, tokenSecret } from './support/docs-folder.ts';
import { type DocsProcess, startProcess } from './support/docs-process.ts';
import { type Block, readBlocks } from './support/markdown.ts';
import { isForeign } from './support/own-server.ts';
import { elsewhere, languages } from './support/snippets.ts';
import { needsOwnServer } from './support/target.ts';

const pages = [
  'README.md',
  ...readdirSync('docs')
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** Blocks that say why they cannot be run. */
const maxNotRun = 20;

const known = new Set(['not run', 'run by', 'prints', 'meanwhile', 'serves', 'then', 'file', 'variables']);
const blocksOf = (page: string) => readBlocks(page).map((block) => ({ ...block, title: `${block.language} in line ${block.line}` }));
const isRun = ({ directives }: Block) => !directives.has('not run');

beforeEach(needsOwnServer('its command line'));

describe.each(pages.filter((page) => blocksOf(page).some(isRun)))('%s', (page) => {
  let folder: DocsFolder;
  let server: DocsProcess;
  let port: number;

  beforeAll(async () => {
    if (isForeign()) return;
    folder = makeDocsFolder();
    port = await freePort();
    server = startProcess(['sh', '-c', 'exec clarion start'], {
      cwd: folder.path,
      env: { ...folder.environment, CLARION_SERVER_PORT: String(port), CLARION_APP_JWT_SECRET: tokenSecret },
    });
    await server.said('"msg":"listening"');
  });
  afterAll(async () => {
    await server?.stop();
    folder?.remove();
  });

  it.each(blocksOf(page).filter(isRun))('has a block that works: $title', async (block) => {
    const attempt = Object.hasOwn(languages, block.language) ? languages[block.language] : undefined;
    if (attempt === undefined) throw new Error(`${page}:${block.line}: no way is known to try a block of "${block.language}"`);
    await attempt(block, { folder, port });
  });
});

it('says of each block that is not run why, and has few of them', () => {
  const notRun = pages.flatMap((page) =>
    blocksOf(page).flatMap(({ line, directives }) =>
      directives.has('not run') ? [{ place: `${page}:${line}`, why: directives.get('not run') }] : [],
    ),
  );
  for (const { place, why } of notRun) expect(why?.length, place).toBeGreaterThan(8);
  expect(notRun.length, JSON.stringify(notRun, null, 2)).toBeLessThanOrEqual(maxNotRun);
});

it('names a test that exists for each block that another test runs', () => {
  for (const page of pages) {
    for (const { line, directives } of blocksOf(page)) {
      for (const name of directives.keys()) expect(known, `${page}:${line}`).toContain(name);
      const by = directives.get('run by');
      if (by !== undefined) expect(existsSync(`protocol-tests/${by}`), `${page}:${line} is run by ${by}`).toBe(true);
    }
  }
});

it('leaves out the commands of few programs only', () => {
  const commands = pages
    .flatMap((page) =>
      blocksOf(page)
        .filter(({ language }) => language === 'sh')
        .filter(isRun),
    )
    .flatMap(({ code }) => code.split('\n'));
  const outside = commands.filter((command) => Object.hasOwn(elsewhere, command.split(' ')[0] ?? ''));
  expect(outside.length).toBeLessThan(commands.length / 2);
});
