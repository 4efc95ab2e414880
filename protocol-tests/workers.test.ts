import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, type TestContext } from 'vitest';
import { HttpReceiver } from '../src/testing/http-receiver.ts';
import { RedisServer } from '../src/testing/redis-server.ts';
import { temporaryFolder } from '../src/testing/temporary-folder.ts';
import { api, trigger } from './support/api.ts';
import { apps } from './support/apps.ts';
import { makeCertificate } from './support/certificate.ts';
import { childrenOf, isRunning } from './support/child-processes.ts';
import { runCli } from './support/cli.ts';
import { Client, dataOf } from './support/client.ts';
import { ownServer } from './support/own-server.ts';
import { parseLog, type TestServer } from './support/server.ts';
import { type Target, targetAt } from './support/target.ts';
import { startWithEndpoint, toldOf } from './support/webhooks.ts';

interface Running {
  readonly server: TestServer;
  readonly target: Target;
}

/** What a worker that ends should cost the others: 2 seconds, and what a busy machine adds. */
const soon = { timeout: 4000 };
const room = 'presence-room';

/** A server of so many workers, which ends with the test. */
async function startWorkers(context: TestContext, workers: number, config: object = {}): Promise<Running> {
  let children: readonly number[] = [];
  onTestFinished(() => expect(children.filter(isRunning)).toEqual([])); // after the server was stopped
  const server = await ownServer(context, { apps: [apps.plain], ...config }, { arguments: ['--workers', String(workers)] });
  children = childrenOf(server.pid);
  expect(children).toHaveLength(workers);
  return { server, target: targetAt(server.httpUrl, apps.plain) };
}

/** Enough clients that every worker has some: the system divides them at random. */
async function connectMembers(target: Target, count = 24): Promise<readonly Client[]> {
  const clients = await Promise.all(Array.from({ length: count }, () => Client.connect(target)));
  await Promise.all(clients.map((client, index) => client.subscribe(room, { user_id: `user-${index}` })));
  return clients;
}

const presenceOf = (client: Client): Promise<unknown> => client.subscribe(room, { user_id: 'late' }).then((frame) => dataOf(frame).presence);
const countUsers = async (target: Target): Promise<unknown> =>
  (await api(target, 'GET', `/channels/${room}`, undefined, { info: 'user_count' })).json;
const namesOf = ({ received }: Client, event: string): readonly string[] =>
  received
    .map((text) => JSON.parse(text))
    .filter((frame) => frame.event === event)
    .map(({ data }) => data);
const errorsOf = ({ lines }: TestServer): readonly string[] => lines.filter((line) => ['error', 'fatal'].includes(String(parseLog(line)?.level)));
const said = ({ lines }: TestServer, message: string) => lines.map(parseLog).filter((line) => line?.msg === message);

/** Kills one of the workers; resolves with those whose connections went with it, and with those who stayed. */
async function killOne({ server }: Running, clients: readonly Client[]): Promise<readonly [gone: readonly Client[], left: readonly Client[]]> {
  const [victim = 0] = childrenOf(server.pid);
  process.kill(victim, 'SIGKILL');
  const answers = await Promise.allSettled(clients.map((client) => client.flush()));
  const isLeft = (_client: Client, index: number): boolean => answers[index]?.status === 'fulfilled';
  return [clients.filter((client, index) => !isLeft(client, index)), clients.filter(isLeft)];
}

const redis = async (): Promise<object> => {
  const server = await RedisServer.start();
  onTestFinished(() => server.stop());
  return { redis: { url: server.url } };
};

describe.each([
  ['workers', async () => ({})],
  ['workers with Redis', redis],
] as const)('%s', (_name, meeting) => {
  it('are one server: presence, events, client events and counts', async (context) => {
    const { target } = await startWorkers(context, 2, await meeting());
    const clients = await connectMembers(target);
    await expect.poll(() => countUsers(target), soon).toEqual({ occupied: true, user_count: 24 });
    const late = await Client.connect(target);
    expect(await presenceOf(late)).toMatchObject({ count: 25 });
    for (const client of clients) await client.next((frame) => frame.event === 'pusher_internal:member_added' && dataOf(frame).user_id === 'late');
    const names = Array.from({ length: 20 }, (_, index) => String(index));
    for (const data of names) await trigger(target, { name: 'numbered', data, channels: [room] });
    for (const client of clients) {
      await client.next((frame) => frame.event === 'numbered' && frame.data === '19');
      expect(namesOf(client, 'numbered')).toEqual(names);
    }
    await trigger(target, { name: 'to-others', data: 'x', channels: [room], socket_id: late.socketId });
    late.send({ event: 'client-hello', channel: room, data: { text: 'hello' } });
    for (const client of clients) {
      await client.next('to-others');
      await client.next('client-hello');
    }
    await late.flush();
    expect([...namesOf(late, 'to-others'), ...namesOf(late, 'client-hello')]).toEqual([]);
    expect((await api(target, 'GET', '/connections')).json).toEqual({ connections: 25 });
  });

  it('lose nothing but the connections of one that is killed, and another one takes its place', async (context) => {
    const running = await startWorkers(context, 2, await meeting());
    const { server, target } = running;
    const clients = await connectMembers(target);
    await expect.poll(() => countUsers(target), soon).toEqual({ occupied: true, user_count: 24 });
    const [gone, left] = await killOne(running, clients);
    expect([gone.length > 0, left.length > 0]).toEqual([true, true]);
    await expect.poll(() => countUsers(target), soon).toEqual({ occupied: true, user_count: left.length });
    await expect.poll(async () => (await api(target, 'GET', '/connections')).json, soon).toEqual({ connections: left.length });
    await expect.poll(() => said(server, 'a worker was replaced').length, { timeout: 10_000 }).toBe(1);
    expect(childrenOf(server.pid)).toHaveLength(2);
    const users = gone.map((client) => `user-${clients.indexOf(client)}`).toSorted();
    for (const client of left) {
      await client.flush();
      const removed = namesOf(client, 'pusher_internal:member_removed').map((data) => JSON.parse(data).user_id);
      expect(removed.toSorted()).toEqual(users);
    }
    const late = await Promise.all(Array.from({ length: 12 }, () => Client.connect(target)));
    for (const client of late) expect(await presenceOf(client)).toMatchObject({ count: left.length + 1 });
    await trigger(target, { name: 'after', data: 'x', channels: [room] });
    for (const client of [...left, ...late]) await client.next('after');
  });

  it('close every socket with 4200 and end with 0 when they are stopped', async (context) => {
    const { server, target } = await startWorkers(context, 2, { drain: { windowSeconds: 0.3 }, ...(await meeting()) });
    const clients = await connectMembers(target);
    expect(await server.stop()).toBe(0);
    for (const client of clients) expect((await client.closed).code).toBe(4200);
    for (const message of ['listening', 'stopping', 'stopped']) expect(said(server, message)).toHaveLength(1);
    expect([...errorsOf(server), ...server.errorLines]).toEqual([]);
  });

  it('close every socket with 1001 and end when their parent is killed', async (context) => {
    const { server, target } = await startWorkers(context, 2, await meeting());
    const clients = await connectMembers(target);
    const workers = childrenOf(server.pid);
    expect(workers).toHaveLength(2);
    process.kill(server.pid, 'SIGKILL');
    for (const client of clients) expect((await client.closed).code).toBe(1001);
    await expect.poll(() => workers.filter(isRunning), { timeout: 3000 }).toEqual([]);
  });
});

describe('the parent of workers', () => {
  it('has the webhooks of their last connections delivered before they end', async () => {
    const receiver = await HttpReceiver.open();
    const settings = { allowPrivateTargets: true, smoothingMilliseconds: 60_000 };
    const { server, target } = await startWithEndpoint(receiver, settings, { arguments: ['--workers', '2'] });
    const channels = Array.from({ length: 12 }, (_, index) => `room-${index}`);
    for (const channel of channels) await (await Client.connect(target)).subscribe(channel);
    expect(await server.stop()).toBe(0);
    for (const channel of channels) {
      expect(toldOf(receiver, channel)).toEqual([
        { name: 'channel_occupied', channel },
        { name: 'channel_vacated', channel },
      ]);
    }
  });

  it('hands SIGINT on as an orderly stop', async (context) => {
    const { server, target } = await startWorkers(context, 2);
    const client = await Client.connect(target);
    expect(await server.stop('SIGINT')).toBe(0);
    expect((await client.closed).code).toBe(4200);
  });

  it('kills all workers at a second signal', async (context) => {
    const { server, target } = await startWorkers(context, 2, { drain: { windowSeconds: 600 } });
    const clients = await connectMembers(target);
    const workers = childrenOf(server.pid);
    process.kill(server.pid, 'SIGTERM');
    await server.line((line) => parseLog(line)?.msg === 'stopping');
    process.kill(server.pid, 'SIGTERM');
    expect(await server.exited).toBe(1);
    expect(workers.filter(isRunning)).toEqual([]);
    await Promise.all(clients.map(({ closed }) => closed));
  });

  it('has every worker read its certificate again on SIGHUP', async (context) => {
    const folder = temporaryFolder();
    const { server } = await startWorkers(context, 2, { server: { tls: makeCertificate(folder) } });
    makeCertificate(folder);
    process.kill(server.pid, 'SIGHUP');
    await expect.poll(() => new Set(said(server, 'certificate reloaded').map((line) => line?.worker)), soon).toEqual(new Set([0, 1]));
  });

  it('leaves the log to the workers, who say which one they are', async (context) => {
    const { server, target } = await startWorkers(context, 2, { log: { level: 'debug', pretty: false } });
    await connectMembers(target);
    await expect.poll(() => new Set(said(server, 'connected').map((line) => line?.worker)), soon).toEqual(new Set([0, 1]));
    expect(said(server, 'connected')).toHaveLength(24);
    expect(said(server, 'listening')).toMatchObject([{ port: server.port, workers: 2 }]);
  });

  it('has the worker that takes the place of another serve what the others serve, whatever the files say now', async (context) => {
    const file = join(temporaryFolder(), '.env');
    writeFileSync(file, 'CLARION_LIMITS_EVENT_NAME_CHARACTERS=20');
    const server = await ownServer(context, { apps: [apps.plain] }, { arguments: ['--workers', '2', '--env-file', file] });
    writeFileSync(file, 'CLARION_LIMITS_EVENT_NAME_CHARACTERS=nonsense');
    for (const worker of childrenOf(server.pid)) process.kill(worker, 'SIGKILL');
    await expect.poll(() => said(server, 'a worker was replaced').length, { timeout: 10_000 }).toBe(2);
    const target = targetAt(server.httpUrl, apps.plain);
    expect((await api(target, 'POST', '/events', { name: 'x'.repeat(20), data: '', channel: 'room' })).status).toBe(200);
    expect((await api(target, 'POST', '/events', { name: 'x'.repeat(21), data: '', channel: 'room' })).status).toBe(400);
  });

  it('is not impressed by a watchlist of users that cannot be', async (context) => {
    const { server, target } = await startWorkers(context, 2, { apps: [{ ...apps.plain, watchlist: true }] });
    const workers = childrenOf(server.pid);
    const [watcher, other] = [await Client.connect(target), await Client.connect(target)];
    await watcher.signIn({ id: 'watcher', watchlist: ['', '__proto__', '\ud800', 'x'.repeat(1000), 'other'] });
    await other.signIn({ id: 'other' });
    const online = await watcher.next((frame) => JSON.stringify(frame).includes('online'));
    expect(JSON.stringify(online)).toContain('other');
    expect(errorsOf(server)).toEqual([]);
    expect(childrenOf(server.pid)).toEqual(workers);
  });

  it('tells of a port that is taken in one sentence, whoever has it', async (context) => {
    const { server } = await startWorkers(context, 2);
    for (const workers of ['1', '2']) {
      const flags = ['--host', server.host, '--port', String(server.port), '--workers', workers];
      const { code, stderr } = await runCli(['start', ...flags]);
      expect(code).toBe(1);
      expect(stderr.trim().split('\n')).toEqual([expect.stringContaining(`port ${server.port}`)]);
    }
    expect(childrenOf(server.pid)).toHaveLength(2);
  });

  it('tells in one sentence why workers cannot start', async () => {
    const { certFile, keyFile } = makeCertificate(temporaryFolder());
    writeFileSync(certFile, 'nonsense');
    const environment = { CLARION_SERVER_TLS_CERT_FILE: certFile, CLARION_SERVER_TLS_KEY_FILE: keyFile };
    const alone = await runCli(['start', '--host', '127.0.0.1', '--port', '0'], { environment });
    const many = await runCli(['start', '--host', '127.0.0.1', '--port', '0', '--workers', '2'], { environment });
    expect(many).toEqual(alone);
    expect(many.code).toBe(1);
    expect(many.stderr.trim().split('\n')).toHaveLength(1);
  });
});
