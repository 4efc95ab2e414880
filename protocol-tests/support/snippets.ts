import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { freePort } from '../../src/testing/free-port.ts';
import type { DocsFolder } from './docs-folder.ts';
import { type DocsProcess, startProcess } from './docs-process.ts';
import type { Block } from './markdown.ts';

/** Where a block is tried. */
export interface Stage {
  readonly folder: DocsFolder;
  /** Of the server that stands for 127.0.0.1:6001. */
  readonly port: number;
}

/** Programs that need more than this machine has; commands of them are not run. */
export const elsewhere: Readonly<Record<string, string>> = {
  alloy: 'needs Grafana Alloy',
  docker: 'needs Docker',
  helm: 'needs Helm',
  kubectl: 'needs a Kubernetes cluster',
  npm: 'the packed package is run by package.test.ts',
  php: 'needs PHP',
  systemctl: 'needs systemd',
  journalctl: 'needs systemd',
  sudo: 'needs another user',
};

/** Tries a block of the language. Fails when it does not work as it stands there. */
export const languages: Readonly<Record<string, (block: Block, stage: Stage) => Promise<void> | void>> = {
  sh: runShell,
  console: ({ code, ...block }, stage) => runShell({ ...block, code: typedIn(code) }, stage),
  json: checkJson,
  js: runScript,
  ini: checkVariables,
  yaml: ({ code }) => expect(parseAllDocuments(code).flatMap(({ errors }) => errors)).toEqual([]),
  nginx: expectInConfig,
  haproxy: expectInConfig,
  text: () => undefined,
};

const longRunning = /^(npx )?clarion (start|listen|top)\b(?!.*(--count|--help))/;

async function runShell({ code, directives }: Block, stage: Stage): Promise<void> {
  for (const command of commandsOf(code)) {
    const program = command.replace(/^(\w+=\S* )+/, '').split(' ')[0] ?? '';
    if (Object.hasOwn(elsewhere, program)) continue;
    const own = variablesOf(directives.get('variables') ?? '');
    if (longRunning.test(command)) await runUntilItServes(command, stage, own);
    else await runToItsEnd(command, stage, own);
  }
}

/** What was typed in, without what came of it. */
function typedIn(code: string): string {
  return code
    .split('\n')
    .flatMap((line) => (line.startsWith('$ ') ? [line.slice(2)] : []))
    .join('\n');
}

/** One command per line, without comments; a backslash joins two lines. */
function commandsOf(code: string): readonly string[] {
  return code
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .map((line) => line.replace(/(^|\s{2,}|\s)#\s.*$/, '').trim())
    .filter((line) => line !== '');
}

function variablesOf(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    text.split(' ').flatMap((pair) => (pair.includes('=') ? [[pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]] : [])),
  );
}

function startShell(command: string, { folder, port }: Stage, own: Readonly<Record<string, string>>): DocsProcess {
  const env = { ...folder.environment, CLARION_SERVER_PORT: String(port), ...own };
  const isPlain = !/[|&;]|^\w+=/.test(command); // then it takes the place of the shell, and its exit code is its own
  return launch(['sh', '-c', isPlain ? `exec ${command}` : command], folder, env);
}

/** Starts a program that ends with the test at the latest. */
function launch(command: readonly string[], { path }: DocsFolder, env: NodeJS.ProcessEnv): DocsProcess {
  const run = startProcess(command, { cwd: path, env });
  onTestFinished(run.kill);
  return run;
}

async function runToItsEnd(command: string, stage: Stage, own: Readonly<Record<string, string>>): Promise<void> {
  const output = /--output (\S+)/.exec(command)?.[1];
  if (output !== undefined) rmSync(join(stage.folder.path, output), { force: true });
  const run = startShell(command.replaceAll(':6001', `:${stage.port}`), stage, own);
  const code = await run.ended;
  // What it says of this machine is not the page's business.
  expect(code, `${command}\n${run.output()}`).toBe(command.includes('clarion doctor') && code === 1 ? 1 : 0);
}

async function runUntilItServes(command: string, stage: Stage, own: Readonly<Record<string, string>>): Promise<void> {
  const isServer = command.includes('clarion start');
  const port = isServer ? await freePort() : stage.port;
  const run = startShell(command.replace(/--port \d+/, `--port ${port}`), { ...stage, port }, own);
  if (isServer) await run.said('"msg":"listening"');
  else await run.said('\n');
  expect(await run.stop(), `${command}\n${run.output()}`).toBe(0);
  if (isServer) expect(run.output()).toContain('"msg":"listening"');
}

const optionNames = new Set(Object.keys(JSON.parse(readFileSync('config/clarion.schema.json', 'utf8')).properties));

/** A configuration passes its check; anything else is at least JSON. */
async function checkJson({ code, line, directives }: Block, stage: Stage): Promise<void> {
  const lines = code.trim().split('\n');
  const value = isOfLines(lines) ? lines.map((text) => JSON.parse(text))[0] : JSON.parse(code);
  const named = directives.get('file');
  const file = named ?? `block-${line}.json`;
  stage.folder.write(file, code);
  if (Object.keys(value).some((name) => optionNames.has(name))) await runToItsEnd(`clarion config check --config ${file}`, stage, {});
  else if (named === undefined) expect(value).toBeTypeOf('object');
}

function isOfLines(lines: readonly string[]): boolean {
  return lines.length > 1 && lines.every((line) => line.startsWith('{') && line.endsWith('}'));
}

/** Variables are all understood; what is no list of variables stands in one of the files in config/. */
async function checkVariables(block: Block, stage: Stage): Promise<void> {
  if (/^\[/m.test(block.code)) return expectInConfig(block);
  const file = block.directives.get('file') ?? `block-${block.line}.env`;
  stage.folder.write(file, block.code);
  const run = startShell(`clarion config check --env-file ${file}`, stage, {});
  expect(await run.ended, run.output()).toBe(0);
  expect(run.output()).not.toMatch(/is not known|is not a variable|is not NAME=VALUE/);
}

async function runScript({ code, line, directives }: Block, stage: Stage): Promise<void> {
  const listens = directives.has('serves') ? await freePort() : 3000;
  const text = code
    .replaceAll('import.meta.env.', 'process.env.')
    .replaceAll('6001', String(stage.port))
    .replace('.listen(3000', `.listen(${listens}`);
  const file = stage.folder.write(`block-${line}.mjs`, directives.has('then') ? inPage(text, directives.get('then') ?? '', stage) : text);
  const env = {
    ...stage.folder.environment,
    DOCS_PORT: String(stage.port),
    ...variablesOf(directives.get('variables')?.replaceAll('6001', String(stage.port)) ?? ''),
    PORT: String(listens),
  };
  const run = launch([process.execPath, ...(directives.has('run by') ? ['--check'] : []), file], stage.folder, env);
  const prints = directives.get('prints');
  const serves = directives.get('serves');
  if (prints !== undefined) await waitFor(run, prints, directives.get('meanwhile'), stage);
  else if (serves !== undefined) await expect.poll(() => post(listens), { timeout: 10_000 }).toBe(Number(serves));
  else expect(await run.ended, run.output()).toBe(0);
  await run.stop();
}

/** A part of a page's script: what the rest of the page has is there, `live.example.com` is the server, and something is done afterwards. */
function inPage(code: string, then: string, { port }: Stage): string {
  const local = code
    .replaceAll('https://live.example.com', `http://127.0.0.1:${port}`)
    .replaceAll("wsHost: 'live.example.com'", `wsHost: '127.0.0.1', wsPort: ${port}`)
    .replaceAll('forceTLS: true', 'forceTLS: false');
  return `import './page.mjs';\n${local}\n${then}\n`;
}

/** Does the other thing again and again until the program has said it. */
async function waitFor(run: DocsProcess, text: string, meanwhile: string | undefined, stage: Stage): Promise<void> {
  const said = run.said(text);
  let isOver = false;
  void said.then(() => {
    isOver = true;
  });
  while (meanwhile !== undefined && !isOver) await runToItsEnd(meanwhile, stage, {});
  await said;
  expect(run.output()).toContain(text);
}

function post(port: number): Promise<number> {
  return fetch(`http://127.0.0.1:${port}`, { method: 'POST' }).then(
    ({ status }) => status,
    () => 0,
  );
}

const configFiles = readdirSync('config', { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());

/** The files in config/ are tested as a whole, each by the program that reads it. */
function expectInConfig({ code }: Block): void {
  const plain = (text: string) => text.replace(/^\s+/gm, '');
  const found = configFiles.some(({ parentPath, name }) => plain(readFileSync(join(parentPath, name), 'utf8')).includes(plain(code).trim()));
  expect(found, `no file in config/ holds\n${code}`).toBe(true);
}
