import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { childrenOf } from './support/child-processes.ts';
import { runCli, startCli } from './support/cli.ts';
import { Client } from './support/client.ts';
import { within } from './support/cluster.ts';
import { isForeign, ownServer } from './support/own-server.ts';
import { parseLog, type TestServer } from './support/server.ts';
import { signedQuery } from './support/signature.ts';
import { type Target, targetAt } from './support/target.ts';

const app = { id: '1', key: 'the-key', secret: 'the-secret' };

const linesOf = ({ lines }: TestServer, message: string) => lines.map((line) => parseLog(line) ?? {}).filter(({ msg }) => msg === message);

/** The one line with this message, as soon as it is there. */
async function lineOf(server: TestServer, message: string): Promise<Record<string, unknown>> {
  return parseLog(await server.line((line) => parseLog(line)?.msg === message)) ?? {};
}

/** Connects with a key that there is not, and waits to be sent away. */
async function connectInVain(target: Target): Promise<void> {
  const client = await Client.open(targetAt(target.httpUrl, { ...app, key: 'no-such-key' }));
  await client.closed;
}

describe.skipIf(isForeign())('a refusal', () => {
  it('is one line that an operator sees, with its reason: connections, subscriptions, messages, requests', async (context) => {
    const server = await ownServer(context, { apps: [app] });
    const target = targetAt(server.httpUrl, app);
    await connectInVain(target);
    const client = await Client.connect(target);
    client.send({ event: 'pusher:subscribe', data: { channel: 'private-a', auth: 'the-key:0' } });
    await client.next('pusher:subscription_error');
    client.send({ event: 'client-e', channel: 'private-a', data: '' });
    await client.next('pusher:error');
    await fetch(`${server.httpUrl}/nowhere`);
    expect(await lineOf(server, 'connection refused')).toMatchObject({ level: 'info', code: 4001, reason: expect.stringContaining('no-such-key') });
    expect(await lineOf(server, 'subscription refused')).toMatchObject({ socketId: client.socketId, channel: 'private-a', status: 401 });
    expect(await lineOf(server, 'message refused')).toMatchObject({
      socketId: client.socketId,
      reason: expect.stringMatching(/^Client event rejected/),
    });
    expect(await lineOf(server, 'request refused')).toMatchObject({ method: 'GET', path: '/nowhere', status: 404, reason: 'Unknown path' });
    expect(linesOf(server, 'connected')).toEqual([]);
  });

  it('is not repeated for ever: ten lines, and then their number', async (context) => {
    const server = await ownServer(context, { apps: [app], log: { pretty: false, repeatSeconds: 1 } });
    for (let count = 0; count < 30; count += 1) await fetch(`${server.httpUrl}/nowhere`);
    const summary = await lineOf(server, 'lines were left out');
    expect(summary).toMatchObject({ repeated: 'request refused', reason: 'Unknown path', suppressed: expect.any(Number) });
    const shown = () => linesOf(server, 'request refused').length;
    const leftOut = () => linesOf(server, 'lines were left out').reduce((sum, { suppressed }) => sum + Number(suppressed), 0);
    await expect.poll(() => shown() + leftOut(), within(5)).toBe(30);
    expect(shown()).toBeLessThan(30);
  });

  it('is known by an id, which the answer names: the caller’s own when it is sane', async (context) => {
    const server = await ownServer(context, { apps: [app] });
    const ask = async (id?: string) =>
      (await fetch(`${server.httpUrl}/nowhere`, { headers: id === undefined ? {} : { 'x-request-id': id } })).headers;
    expect((await ask('from-the-caller:1')).get('x-request-id')).toBe('from-the-caller:1');
    const made = (await ask()).get('x-request-id');
    const insane = (await ask('a b"c')).get('x-request-id');
    const endless = (await ask('x'.repeat(129))).get('x-request-id');
    for (const id of [made, insane, endless]) expect(id).toMatch(/^[0-9a-f-]{36}$/);
    await server.line((line) => parseLog(line)?.requestId === endless);
    expect(linesOf(server, 'request refused').map(({ requestId }) => requestId)).toEqual(['from-the-caller:1', made, insane, endless]);
  });

  it('of a request that never reaches the API is a line too', async (context) => {
    const server = await ownServer(context, { apps: [app], limits: { httpBodyBytes: 20_000 } });
    const { status } = await fetch(`${server.httpUrl}/apps/1/events`, { method: 'POST', body: 'x'.repeat(30_000) });
    expect(status).toBe(413);
    expect(await lineOf(server, 'request refused')).toMatchObject({ status: 413, reason: expect.stringContaining('20000 bytes') });
  });
});

describe.skipIf(isForeign())('an id of a request', () => {
  it('is repeated on every answer, and on the line about its event', async (context) => {
    const server = await ownServer(context, { apps: [app] }, { arguments: ['--debug'] });
    const target = targetAt(server.httpUrl, app);
    const body = JSON.stringify({ name: 'e', data: '', channel: 'a' });
    const path = `/apps/${app.id}/events`;
    const url = `${server.httpUrl}${path}?${signedQuery(target, { method: 'POST', path, body })}`;
    const { status, headers } = await fetch(url, { method: 'POST', body, headers: { 'x-request-id': 'r-1' } });
    expect({ status, id: headers.get('x-request-id') }).toEqual({ status: 200, id: 'r-1' });
    expect(await lineOf(server, 'event triggered')).toMatchObject({ requestId: 'r-1' });
    expect((await fetch(`${server.httpUrl}/up`)).headers.has('x-request-id')).toBe(false);
  });
});

describe.skipIf(isForeign())('the level of the log', () => {
  it('is changed by `clarion log-level`, in both directions, and by SIGUSR2', async (context) => {
    const server = await ownServer(context, { apps: [app] });
    const target = targetAt(server.httpUrl, app);
    const setLevel = (level: string) => runCli(['log-level', level, '--pid', String(server.pid)]);
    expect(await setLevel('debug')).toMatchObject({ code: 0, stdout: `Process ${server.pid} logs at level debug.\n` });
    const first = await Client.connect(target);
    expect(await lineOf(server, 'connected')).toMatchObject({ socketId: first.socketId });
    expect(await setLevel('info')).toMatchObject({ code: 0 });
    await Client.connect(target);
    process.kill(server.pid, 'SIGUSR2');
    await expect.poll(() => linesOf(server, 'log level changed').map(({ to }) => to), within(5)).toEqual(['debug', 'info', 'debug']);
    const third = await Client.connect(target);
    await server.line((line) => parseLog(line)?.socketId === third.socketId);
    expect(linesOf(server, 'connected').map(({ socketId }) => socketId)).toEqual([first.socketId, third.socketId]);
    process.kill(server.pid, 'SIGUSR2');
    await expect.poll(() => linesOf(server, 'log level changed').map(({ to }) => to), within(5)).toEqual(['debug', 'info', 'debug', 'info']);
  });

  it('is changed in all workers, those too that start later', async (context) => {
    const server = await ownServer(context, { apps: [app], workers: 2 });
    expect(await runCli(['log-level', 'debug', '--pid', String(server.pid)])).toMatchObject({ code: 0 });
    const changed = () => linesOf(server, 'log level changed').map(({ worker }) => worker);
    await expect.poll(() => [...changed()].sort(), within(5)).toEqual([0, 1, undefined]);
    const [worker] = childrenOf(server.pid);
    if (worker === undefined) throw new Error('there is no worker');
    process.kill(worker, 'SIGUSR2'); // as a service manager does that signals all processes of a service
    process.kill(worker, 'SIGKILL');
    await lineOf(server, 'a worker was replaced');
    await expect.poll(() => changed().length, within(5)).toBe(4);
    const client = await Client.connect(targetAt(server.httpUrl, app));
    expect(await lineOf(server, 'connected')).toMatchObject({ socketId: client.socketId });
  });

  it.each([
    ['a level that there is not', ['loud'], 2, 'Unknown level loud'],
    ['a process that there is not', ['debug', '--pid', '0'], 2, '--pid must be'],
    ['too few words', [], 2, 'Too few arguments'],
  ])('is not changed by %s', async (_what, args, code, complaint) => {
    expect(await runCli(['log-level', ...args])).toMatchObject({ code, stderr: expect.stringContaining(complaint) });
  });

  it('is not left behind for a process that has ended', async () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    expect(await runCli(['log-level', 'debug', '--pid', String(pid)])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`Process ${pid} does not exist`),
    });
    expect(existsSync(join(tmpdir(), `clarion-log-level-${pid}`))).toBe(false);
  });

  it('is not asked of a process that the signal would end', async () => {
    const child: ChildProcess = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000); console.log("up")'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    if (child.stdout !== null) await once(child.stdout, 'data');
    expect(await runCli(['log-level', 'debug', '--pid', String(child.pid)])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is no server'),
    });
    expect(child.exitCode ?? child.signalCode).toBeNull();
  });
});

describe.skipIf(isForeign())('the log by the Elastic Common Schema', () => {
  it('has its names on every line', async () => {
    const environment = {
      CLARION_LOG_FORMAT: 'ecs',
      CLARION_METRICS_ENABLED: 'false',
      CLARION_APP_ID: '1',
      CLARION_APP_KEY: 'k',
      CLARION_APP_SECRET: 's',
    };
    const run = startCli(['start', '--host', '127.0.0.1', '--port', '0'], { environment });
    const lines = () =>
      run
        .stdout()
        .split('\n')
        .filter(Boolean)
        .map((line) => parseLog(line) ?? {});
    const find = (message: string) => lines().find((line) => line.message === message);
    await expect
      .poll(() => find('listening'), within(8))
      .toMatchObject({ 'log.level': 'info', server: { address: '127.0.0.1' }, clarion: { apps: 1 } });
    const address = find('listening')?.server as { readonly port: number } | undefined;
    await fetch(`http://127.0.0.1:${address?.port}/nowhere`);
    await expect
      .poll(() => find('request refused'), within(5))
      .toMatchObject({
        http: { request: { method: 'GET' }, response: { status_code: 404 } },
        url: { path: '/nowhere' },
        event: { dataset: 'clarion', reason: 'Unknown path' },
      });
    for (const line of lines())
      expect(line).toMatchObject({ '@timestamp': expect.any(String), 'ecs.version': expect.any(String), service: { name: 'clarion' } });
  });
});
