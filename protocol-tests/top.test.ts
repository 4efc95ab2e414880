import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, type TestContext } from 'vitest';
import { temporaryFolder } from '../src/testing/temporary-folder.ts';
import { api, trigger } from './support/api.ts';
import { apps } from './support/apps.ts';
import { runCli, startCli } from './support/cli.ts';
import { Client } from './support/client.ts';
import { Feed } from './support/feed.ts';
import { ownServer } from './support/own-server.ts';
import { type Target, targetAt } from './support/target.ts';

async function ownApp(context: TestContext, config: object = {}): Promise<Target> {
  const { httpUrl } = await ownServer(context, { apps: [apps.plain, apps.other], ...config });
  return targetAt(httpUrl, apps.plain);
}

/** The flags that name the target, without its secret among the processes. */
async function flagsOf({ id, key, secret, httpUrl }: Target): Promise<readonly string[]> {
  const file = join(temporaryFolder(), 'clarion.json');
  await writeFile(file, JSON.stringify({ apps: [{ id, key, secret }] }));
  return ['--config', file, '--url', httpUrl];
}

const stats = async (target: Target) => (await api(target, 'GET', '/stats')).json as Readonly<Record<string, unknown>>;

it('counts connections, channels and subscriptions of the app alone', async (context) => {
  const target = await ownApp(context);
  const other = await Client.connect(targetAt(target.httpUrl, apps.other));
  await other.subscribe('room');
  const clients = [await Client.connect(target), await Client.connect(target)];
  for (const client of clients) await client.subscribe('room');
  await clients[0]?.subscribe('lobby');
  await clients[0]?.signIn({ id: 'ann' });
  expect(await stats(target)).toMatchObject({
    app: target.id,
    connections: 2,
    largest_channels: [
      { name: 'room', subscriptions: 2 },
      { name: 'lobby', subscriptions: 1 },
    ],
    nodes: [{ connections: 2, channels: 2 }],
  });
});

it('tells rates as soon as somebody has asked for a while', async (context) => {
  const target = await ownApp(context);
  expect(await stats(target)).toMatchObject({ per_second: null });
  await trigger(target, { name: 'e', channels: ['a', 'b'], data: '{}' });
  await trigger(target, { name: 'e', channel: 'a', data: '{}' });
  const rates = async () => (await stats(target)).per_second as Readonly<Record<string, number>> | null;
  await expect.poll(async () => (await rates())?.messages ?? 0, { timeout: 5000, interval: 300 }).toBeGreaterThan(0);
  expect((await stats(target)).busiest_channels).toMatchObject([{ name: 'a' }, { name: 'b' }]);
});

it('names the sockets that have the most to catch up', async (context) => {
  const target = await ownApp(context, { limits: { backpressureBytes: 64 * 1_048_576 } });
  const slow = await Client.connect(target);
  await slow.subscribe('room');
  slow.pause();
  const batch = Array.from({ length: 10 }, () => ({ channel: 'room', name: 'big', data: 'x'.repeat(10_000) }));
  const unsent = async () => {
    for (let index = 0; index < 20; index += 1) await api(target, 'POST', '/batch_events', { batch });
    return (await stats(target)).slowest_sockets;
  };
  await expect.poll(unsent, { timeout: 10_000, interval: 10 }).toMatchObject([{ socket_id: slow.socketId, subscriptions: 1 }]);
});

it('sums over all workers', async (context) => {
  const target = await ownApp(context, { workers: 2 });
  const clients: Client[] = [];
  for (let index = 0; index < 20; index += 1) clients.push(await Client.connect(target));
  const answer = await stats(target);
  expect(answer).toMatchObject({ connections: 20 });
  expect((answer.nodes as readonly unknown[]).length).toBe(2);
});

it('is shown by `clarion top`, once, as JSON and as lines', async (context) => {
  const target = await ownApp(context);
  const flags = await flagsOf(target);
  const client = await Client.connect(target);
  await client.subscribe('room');
  const [once, lines] = await Promise.all([
    runCli(['top', '--once', '--json', ...flags]),
    runCli(['top', '--count', '2', '--interval', '1', ...flags]),
  ]);
  expect({ code: once.code, stderr: once.stderr }).toEqual({ code: 0, stderr: '' });
  expect(JSON.parse(once.stdout)).toMatchObject({ connections: 1, subscriptions: 1, per_second: { messages: 0 } });
  expect(lines.code).toBe(0);
  expect(lines.stdout.trimEnd().split('\n')).toHaveLength(2);
  expect(lines.stdout).toContain('connections=1');
  expect(lines.stdout).not.toContain('\u001b');
});

it('says why `clarion top` and `clarion listen` cannot work', async (context) => {
  const target = await ownApp(context, { feed: { enabled: false } });
  const flags = await flagsOf(target);
  for (const { code, stderr } of await Promise.all([runCli(['top', ...flags]), runCli(['listen', ...flags])])) {
    expect(code).toBe(1);
    expect(stderr).toContain('switched off');
  }
});

it('is followed by `clarion listen` without a channel, filtered and as JSON', async (context) => {
  const target = await ownApp(context);
  const flags = await flagsOf(target);
  const run = startCli(['listen', '--json', '--data', '--kind', 'triggered', '--event', 'order*', '--count', '1', ...flags]);
  await expect.poll(() => run.stderr(), { timeout: 8000 }).toContain('listening');
  await trigger(target, { name: 'other', channel: 'a', data: '{}' });
  await trigger(target, { name: 'order-sent', channel: 'a', data: '{"id":7}' });
  const { code, stdout } = await run.ended;
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ kind: 'triggered', channel: 'a', event: 'order-sent', data: '{"id":7}' });
});

it('lets no client write to the terminal of `clarion listen`', async (context) => {
  const target = await ownApp(context);
  const flags = await flagsOf(target);
  const run = startCli(['listen', '--kind', 'signed_in', '--count', '1', ...flags]);
  await expect.poll(() => run.stderr(), { timeout: 8000 }).toContain('listening');
  const client = await Client.connect(target);
  await client.signIn({ id: '\u001b[2Jann' });
  const { stdout } = await run.ended;
  expect(stdout).toContain('ann');
  expect(stdout).not.toContain('\u001b');
});

it('tells `clarion listen` when the server stops', async (context) => {
  const server = await ownServer(context, { apps: [apps.plain] });
  const target = targetAt(server.httpUrl, apps.plain);
  const run = startCli(['listen', ...(await flagsOf(target))]);
  await expect.poll(() => run.stderr(), { timeout: 8000 }).toContain('listening');
  await Feed.open(target);
  await server.stop();
  const { code, stderr } = await run.ended;
  expect(code).toBe(1);
  expect(stderr).toContain('the server is stopping');
});
