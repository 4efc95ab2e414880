import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../src/testing/free-port.ts';
import { Client } from './support/client.ts';
import { instructionsOf, isSent, parseDockerfile } from './support/dockerfile.ts';
import { buildImage, bytesIn, commandOf, filesIn } from './support/image-build.ts';
import { inheritedEnvironment } from './support/server.ts';
import { targetAt } from './support/target.ts';

// There is no container engine here: the stages' commands run in a clean folder, with this machine's Node.js. What only an engine can show - the base image,
// its user database, the health check's timer, layers - is left to the workflow that builds the image.

const dockerfile = readFileSync('Dockerfile', 'utf8');
const dockerignore = readFileSync('.dockerignore', 'utf8');
const stages = parseDockerfile(dockerfile);
const last = stages.at(-1) as (typeof stages)[number];
const mostBytes = 130_000_000;
/** The user of the image. */
const uid = 1000;

describe('the Dockerfile', () => {
  it('starts every stage from one Debian slim with Node 22', () => {
    const [base, ...others] = stages;
    expect(base).toMatchObject({ name: 'base', from: 'node:22-bookworm-slim', instructions: [] });
    expect(others.map(({ from }) => from)).toEqual(['base', 'base', 'base']);
  });

  it('ends as a user without rights who owns none of the files', () => {
    expect(instructionsOf(last, 'USER').map(({ text }) => text)).toEqual([`${uid}:${uid}`]);
    expect(last.instructions.flatMap(({ flags }) => Object.keys(flags)).filter((flag) => /chown|chmod/.test(flag))).toEqual([]);
  });

  it('runs nothing in the last stage, and nothing through a shell', () => {
    expect(instructionsOf(last, 'RUN')).toEqual([]);
    const commands = stages.flatMap(({ instructions }) => instructions.filter(({ name }) => /^(RUN|CMD|ENTRYPOINT|HEALTHCHECK)$/.test(name)));
    expect(commands.filter(({ isExec }) => !isExec)).toEqual([]);
  });

  it('names the signal on which the server drains', () => {
    expect(instructionsOf(last, 'STOPSIGNAL').map(({ text }) => text)).toEqual(['SIGTERM']);
  });
});

describe('.dockerignore', () => {
  it.each(['package-lock.json', 'src/cli/main.ts', 'src/drivers/redis/lua/apply.lua', 'config/docker/keep-one-engine.mjs'])('sends %s', (path) => {
    expect(isSent(dockerignore, path)).toBe(true);
  });

  it.each(['.env', '.git/config', 'node_modules/zod/package.json', 'src/cli/run.test.ts', 'src/testing/setup.ts', 'dist/index.js', 'clarion.json'])(
    'keeps %s',
    (path) => {
      expect(isSent(dockerignore, path)).toBe(false);
    },
  );
});

describe('the content of the image', { timeout: 120_000 }, () => {
  let target = '';
  let image: ReturnType<typeof buildImage>;

  beforeAll(() => {
    target = mkdtempSync(join(tmpdir(), 'clarion-image-'));
    chmodSync(target, 0o755); // for the user of the image
    image = buildImage({ folder: process.cwd(), dockerfile, dockerignore }, target);
  }, 300_000);

  afterAll(() => rmSync(target, { recursive: true, force: true }));

  it(`is at most ${mostBytes / 1_000_000} MB`, () => {
    expect(bytesIn(image.root)).toBeLessThan(mostBytes);
  });

  it('has one engine, that of this platform, and no compiler or test', () => {
    const files = filesIn(image.root);
    expect(files.filter((file) => file.endsWith('.node'))).toEqual([
      `app/node_modules/uWebSockets.js/dist/bin/uws_${process.platform}_${process.arch}_${process.versions.modules}.node`,
    ]);
    expect(files.filter((file) => /^app\/(?!node_modules\/).*\.test\.|node_modules\/(typescript|vitest|@biomejs)\//.test(file))).toEqual([]);
    expect(files).toContain('app/dist/cli/main.js');
  });

  it('serves, without writing a file, as a user without rights; is found healthy; drains on the stop signal', async () => {
    const before = filesIn(image.root).toSorted();
    const port = await freePort();
    const made = check([...commandOf(image, 'ENTRYPOINT'), 'keygen'], {}).stdout;
    const app = Object.fromEntries([...made.matchAll(/^(CLARION_APP_\w+)=(.+)$/gm)].map(([, name = '', value = '']) => [name, value]));
    const { CLARION_APP_ID: id = '', CLARION_APP_KEY: key = '', CLARION_APP_SECRET: secret = '' } = app;
    const environment = {
      ...app,
      ...{ CLARION_SERVER_HOST: '127.0.0.1', CLARION_SERVER_PORT: String(port), CLARION_DRAIN_WINDOW_SECONDS: '0' },
    };
    const { child, listening } = start([...commandOf(image, 'ENTRYPOINT'), ...commandOf(image, 'CMD')], environment);
    await listening;
    const client = await Client.connect(targetAt(`http://127.0.0.1:${port}`, { id, key, secret }));
    expect(check(commandOf(image, 'HEALTHCHECK'), environment).status).toBe(0);
    const ended = once(child, 'close');
    child.kill(instructionsOf(image.stage, 'STOPSIGNAL').at(-1)?.text as NodeJS.Signals);
    expect((await client.closed).code).toBe(4200);
    expect(await ended).toEqual([0, null]);
    expect(check(commandOf(image, 'HEALTHCHECK'), environment).status).toBe(1);
    expect(filesIn(image.root).toSorted()).toEqual(before);
  });
});

/** As the container's user, where we may become another one. */
const identity = process.getuid?.() === 0 ? { uid, gid: uid } : {};

function start([program = '', ...args]: readonly string[], environment: Readonly<Record<string, string>>) {
  const child = spawn(program, args, { env: { ...imageEnvironment(), ...environment }, cwd: '/', stdio: ['ignore', 'pipe', 'inherit'], ...identity });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  const listening = new Promise<void>((done, failed) => {
    child.once('close', () => failed(new Error(`The image's command ended:\n${lines.join('\n')}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line);
      if (line.includes('"listening"')) done();
    });
  });
  listening.catch(() => undefined); // an end after the test has read it
  return { child, listening };
}

function check([program = '', ...args]: readonly string[], environment: Readonly<Record<string, string>>): SpawnSyncReturns<string> {
  return spawnSync(program, args, { env: { ...imageEnvironment(), ...environment }, cwd: '/', encoding: 'utf8', ...identity });
}

/** What ENV says, and nothing that configures a server. */
function imageEnvironment(): NodeJS.ProcessEnv {
  const settings = instructionsOf(last, 'ENV').flatMap(({ words }) => words.map((word) => word.split('=', 2)));
  return { PATH: inheritedEnvironment().PATH, ...Object.fromEntries(settings) };
}
