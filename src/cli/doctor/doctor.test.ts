import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { defaultServerLimits } from '../../protocol/limits.ts';
import { RedisServer } from '../../testing/redis-server.ts';
import { testApp } from '../../testing/test-app.ts';
import { createTestTerminal } from '../../testing/test-terminal.ts';
import { run } from '../run.ts';
import { checkBackendClock, compareClocks } from './clock.ts';
import { checkListenAddress } from './listen-address.ts';
import { checkOpenFiles } from './open-files.ts';
import { checkPublicHost } from './public-host.ts';
import { checkRedis } from './redis.ts';

const serverAt = (host: string, port: number) => ({ host, port, path: '', trustedProxies: [] });

async function listening(server: ReturnType<typeof createServer> | ReturnType<typeof createHttpServer>): Promise<number> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

describe('the check of file descriptors', () => {
  const limits = defaultServerLimits;

  it.each([
    [Number.POSITIVE_INFINITY, 'ok'],
    [1_048_576, 'ok'],
    [4096, 'warning'],
    [256, 'fault'],
  ])('finds a limit of %d %s', (limit, grade) => {
    expect(checkOpenFiles({ apps: [testApp()], limits }, limit)).toMatchObject({ grade });
  });

  it('knows how many connections the apps want', () => {
    const apps = [testApp({ maxConnections: 15_000 }), testApp({ maxConnections: 5000 })];
    expect(checkOpenFiles({ apps, limits }, 20_000)).toMatchObject({ grade: 'warning', text: expect.stringContaining('20000 connections together') });
    expect(checkOpenFiles({ apps, limits }, 30_000)).toMatchObject({ grade: 'ok' });
  });
});

describe('the check of the port', () => {
  it('finds a free one, one that is taken, and one that a server already answers on', async () => {
    const taken = await listening(createServer((socket) => socket.destroy()));
    expect(await checkListenAddress(serverAt('127.0.0.1', taken))).toMatchObject({
      grade: 'fault',
      text: expect.stringContaining('another program'),
    });
    const served = await listening(createHttpServer((_, response) => response.end('{"health":"OK"}')));
    expect(await checkListenAddress(serverAt('127.0.0.1', served))).toMatchObject({ grade: 'ok', text: expect.stringContaining('already') });
    expect(await checkListenAddress(serverAt('127.0.0.1', 0))).toMatchObject({ grade: 'ok' });
  });

  it('finds an address that belongs to another machine', async () => {
    expect(await checkListenAddress(serverAt('192.0.2.1', 6001))).toMatchObject({
      grade: 'fault',
      text: expect.stringContaining('no address of this machine'),
    });
  });
});

describe('the check of the public name', () => {
  const variables = (entries: Readonly<Record<string, string>>) =>
    new Map(Object.entries(entries).map(([name, text]) => [name, { text, source: 'test' }]));
  const grades = async (host: string, entries: Readonly<Record<string, string>>) =>
    (await checkPublicHost({ server: serverAt(host, 8080) }, variables(entries))).map(({ grade }) => grade);

  it('has nothing to say without one', async () => {
    expect(await grades('0.0.0.0', {})).toEqual([]);
  });

  it.each([
    ['0.0.0.0', '127.0.0.1', ['ok']],
    ['127.0.0.1', '127.0.0.1', ['ok']],
    ['0.0.0.0', '0.0.0.0', ['fault']],
    ['0.0.0.0', '192.0.2.1', ['warning']],
    ['127.0.0.1', 'no-such-name.invalid', ['warning']],
  ])('on a server that listens on %s finds %s %j', async (host, name, expected) => {
    expect(await grades(host, { REVERB_HOST: name })).toEqual(expected);
  });

  it.each([
    ['https', '8080', ['ok', 'fault']],
    ['http', '8080', ['ok', 'ok']],
    ['https', '443', ['ok']],
  ])('with %s on port %s finds %j', async (scheme, port, expected) => {
    expect(await grades('0.0.0.0', { REVERB_HOST: '127.0.0.1', REVERB_SCHEME: scheme, REVERB_PORT: port })).toEqual(expected);
  });
});

describe('the check of the clock', () => {
  it.each([
    [0, 'ok'],
    [-4000, 'ok'],
    [20_000, 'warning'],
    [-400_000, 'fault'],
  ])('finds %d ms %s', (milliseconds, grade) => {
    expect(compareClocks('the backend', 1_700_000_000_000 + milliseconds, 1_700_000_000_000)).toMatchObject({ grade });
  });

  it('asks a backend', async () => {
    const date = new Date(Date.now() + 100_000).toUTCString();
    const port = await listening(createHttpServer((_, response) => response.setHeader('date', date).end()));
    expect(await checkBackendClock(`http://127.0.0.1:${port}/`)).toMatchObject({
      grade: 'warning',
      text: expect.stringContaining('behind 127.0.0.1'),
    });
  });

  it('says so when the backend cannot be asked', async () => {
    expect(await checkBackendClock('http://127.0.0.1:1/')).toMatchObject({ grade: 'warning', text: expect.stringContaining('cannot be asked') });
  });
});

describe('the check of Redis', () => {
  const settings = (port: number) => ({ url: `redis://127.0.0.1:${port}`, db: 0, keyPrefix: 'clarion' });

  it('finds one that is fine, and one that may forget', { timeout: 30_000 }, async () => {
    const redis = await RedisServer.start();
    onTestFinished(() => redis.stop());
    const fine = await checkRedis(settings(redis.port));
    expect(fine.map(({ grade, subject }) => `${grade} ${subject}`)).toEqual(['ok Redis', 'ok clock']);
    const forgetful = await RedisServer.start({ args: ['--maxmemory-policy', 'allkeys-lru'] });
    onTestFinished(() => forgetful.stop());
    expect(await checkRedis(settings(forgetful.port))).toMatchObject([
      { grade: 'warning', text: expect.stringContaining('noeviction') },
      { grade: 'ok' },
    ]);
  });

  it('finds one that is not there', { timeout: 30_000 }, async () => {
    expect(await checkRedis(settings(1))).toMatchObject([{ grade: 'fault', text: expect.stringContaining('cannot be reached') }]);
  });
});

describe('clarion doctor', () => {
  it('prints one line per finding and ends with 1 when something is broken', async () => {
    const port = await listening(createServer((socket) => socket.destroy()));
    const terminal = createTestTerminal({ REVERB_HOST: '0.0.0.0' });
    expect(await run(['doctor', '--host', '127.0.0.1', '--port', String(port)], terminal)).toBe(1);
    const lines = terminal.output().trimEnd().split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/ file descriptors: /),
        expect.stringMatching(/^fault +port: /),
        expect.stringMatching(/^fault +REVERB_HOST: /),
      ]),
    );
  });

  it('ends with 0 when there are only warnings', async () => {
    expect(await run(['doctor', '--host', '127.0.0.1', '--port', '0'], createTestTerminal())).toBe(0);
  });
});
