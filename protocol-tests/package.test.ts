import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { trigger } from './support/api.ts';
import { apps } from './support/apps.ts';
import { occurrence, pusherJs, subscribed } from './support/real-clients.ts';
import { inheritedEnvironment, parseLog, serverMain } from './support/server.ts';
import { targetAt } from './support/target.ts';

/** Where package.json and what it lists are. */
const root = join(dirname(serverMain()), '../..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string; readonly mode: number }[];
  readonly unpackedSize: number;
}

let folder = '';
let packed: Packed;

// The build is there already, and other tests run it: `prepack` would make another one under their feet.
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'clarion-package-'));
  const { status, stdout, stderr } = spawnSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
    cwd: root,
    env: inheritedEnvironment(),
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`npm pack ended with ${status}:\n${stderr}`);
  const report = JSON.parse(stdout);
  packed = Array.isArray(report) ? report[0] : Object.values(report)[0];
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the npm package', () => {
  it('has a name that `./clarion-*.tgz` finds', () => {
    expect(packed.filename).toMatch(/^clarion-[\w.-]+\.tgz$/);
  });

  it('holds the program, its configuration files and its papers, and nothing else', () => {
    const places = new Set(packed.files.map(({ path }) => path.split('/')[0]));
    expect([...places].toSorted()).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'config', 'dist', 'package.json']);
  });

  it('holds compiled code and scripts of Redis only, without tests', () => {
    const code = packed.files.map(({ path }) => path).filter((path) => path.startsWith('dist/'));
    expect(code.filter((path) => !/\.(js|d\.ts|lua)$/.test(path))).toEqual([]);
    expect(code.filter((path) => /\.test\.|(^|\/)testing\//.test(path))).toEqual([]);
    expect(code).toEqual(expect.arrayContaining(['dist/cli/main.js', 'dist/index.js', 'dist/index.d.ts', 'dist/drivers/redis/lua/apply.lua']));
  });

  it('holds what the documentation tells users to copy', () => {
    const files = packed.files.map(({ path }) => path);
    expect(files).toEqual(expect.arrayContaining(['config/clarion.schema.json', 'config/reference.md', 'config/clarion.example.json']));
    expect(files.filter((path) => /(^|\/)\.env$|\.(pem|key|log)$/i.test(path))).toEqual([]);
  });

  it('is small: the engine and the other dependencies come from the registry', () => {
    expect(packed.unpackedSize).toBeLessThan(3_000_000);
  });

  it('is what publint wants', async () => {
    const { messages, pkg } = await publint({ pkgDir: root, pack: false, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
  });

  it('promises what the engine is built for, and installs nothing through a script', () => {
    expect(manifest).toMatchObject({ engines: { node: '^20.19 || ^22.12' }, os: ['linux', 'darwin', 'win32'], cpu: ['x64', 'arm64'] });
    expect(Object.keys(manifest.scripts).filter((name) => /^(pre|post)?install$|^prepare$/.test(name))).toEqual([]);
  });
});

describe('the packed program', { timeout: 180_000 }, () => {
  it('starts with `npx --package ./clarion-*.tgz clarion start`, and serves pusher-js', async () => {
    const { id, key, secret } = apps.plain;
    const port = await startFromTarball({ CLARION_APP_ID: id, CLARION_APP_KEY: key, CLARION_APP_SECRET: secret });
    const target = targetAt(`http://127.0.0.1:${port}`, apps.plain);
    const channel = await subscribed(pusherJs(target), 'news');
    const headline = occurrence(channel, 'headline');
    await trigger(target, { name: 'headline', channel: 'news', data: '"hello"' });
    expect(await headline).toBe('hello');
  });

  it.each([
    ['another version of Node.js', "Object.defineProperty(process.versions, 'node', { value: '24.1.0' })", 'this is 24.1.0'],
    ['another runtime', "Object.defineProperty(process.versions, 'bun', { value: '1.2.3' })", 'this is bun 1.2.3'],
    ['another processor', "Object.defineProperty(process, 'arch', { value: 'riscv64' })", 'this is riscv64'],
    ['another system', "Object.defineProperty(process, 'platform', { value: 'freebsd' })", 'this is freebsd'],
    ['a Linux without glibc', 'process.report.getReport = () => ({ header: {} })', 'Alpine has musl'],
  ])('says in one sentence what it needs on %s', (_place, disguise, part) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', `data:text/javascript,${disguise}`, serverMain(), 'version'], {
      encoding: 'utf8',
    });
    expect(stderr).toMatch(/^Clarion [^\n]+\.\n$/);
    expect(stderr).toContain(part);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  });
});

/** Types what the README says, in the folder of the tarball and nothing else. Resolves with the port. */
async function startFromTarball(settings: Readonly<Record<string, string>>): Promise<number> {
  const command = 'npx --yes --package ./clarion-*.tgz clarion start --host 127.0.0.1 --port 0';
  const child = spawn(command, {
    shell: true,
    cwd: folder,
    detached: true, // npx, its shell and the server end together
    env: { ...inheritedEnvironment(), ...settings, npm_config_prefer_offline: 'true', npm_config_audit: 'false', npm_config_fund: 'false' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close');
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-(child.pid ?? 0), 'SIGKILL');
    await ended;
  });
  const said: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => void said.push(line));
  return new Promise((done, failed) => {
    void ended.then(([code]) => failed(new Error(`npx ended with ${code}:\n${said.join('\n')}`)), failed);
    createInterface({ input: child.stdout }).on('line', (line) => {
      said.push(line);
      const entry = parseLog(line);
      if (entry?.msg === 'listening') done(Number(entry.port));
    });
  });
}
