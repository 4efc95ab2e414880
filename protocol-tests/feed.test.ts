import { connect } from 'node:net';
import { expect, it, onTestFinished, type TestContext } from 'vitest';
import { api, trigger } from './support/api.ts';
import { apps } from './support/apps.ts';
import { Client } from './support/client.ts';
import { ownCluster } from './support/cluster.ts';
import { expectFault } from './support/fault.ts';
import { Feed } from './support/feed.ts';
import { ownServer } from './support/own-server.ts';
import { signedQuery } from './support/signature.ts';
import { needsOwnServer, sharedApp, type Target, targetAt } from './support/target.ts';

/** A server of its own, so that nobody else's events come in between. */
async function ownApp(context: TestContext, config: object = {}): Promise<Target> {
  const { httpUrl } = await ownServer(context, { apps: [{ ...apps.plain, clientEvents: true }, apps.other], ...config });
  return targetAt(httpUrl, apps.plain);
}

const silent = 'done';

/** What was not told by now is not told: this event comes after it. */
async function mark(feed: Feed, target: Target): Promise<void> {
  await trigger(target, { name: silent, channel: silent, data: '{}' });
  await feed.next({ kind: 'triggered', event: silent });
}

it('tells what happens in the app, in its order', async (context) => {
  const target = await ownApp(context);
  const feed = await Feed.open(target);
  const client = await Client.connect(target);
  await client.subscribe('presence-room', { user_id: 'ann' });
  await client.send({ event: 'client-typing', channel: 'presence-room', data: {} });
  await trigger(target, { name: 'order', channels: ['a', 'b'], data: '{"secret":1}' });
  await client.close();
  await feed.next({ kind: 'disconnected' });
  const kinds = feed.kinds();
  expect(kinds.filter((kind) => !/^(channel|member)_/.test(String(kind)))).toEqual([
    'connected',
    'subscribed',
    'client_event',
    'triggered',
    'disconnected',
  ]);
  expect(kinds).toEqual(expect.arrayContaining(['channel_occupied', 'member_added', 'member_removed', 'channel_vacated']));
  expect(feed.lines).toContainEqual(expect.objectContaining({ kind: 'triggered', channels: ['a', 'b'], event: 'order', data_bytes: 12 }));
  expect(feed.lines).toContainEqual(expect.objectContaining({ kind: 'member_added', channel: 'presence-room', user_id: 'ann' }));
  for (const line of feed.lines) expect(line).toMatchObject({ time: expect.stringMatching(/^\d{4}-.*Z$/), node: expect.stringMatching(/.:\d+$/) });
});

it('shows data only to who asks for it, and so much of it', async (context) => {
  const target = await ownApp(context, { feed: { dataBytes: 10 } });
  const [plain, curious] = [await Feed.open(target), await Feed.open(target, { data: 'true' })];
  await trigger(target, { name: 'order', channel: 'a', data: 'ääääääää' });
  expect(await plain.next({ kind: 'triggered' })).not.toHaveProperty('data');
  expect(await curious.next({ kind: 'triggered' })).toMatchObject({ data: 'äääää', data_bytes: 16 });
});

it('tells refusals with their reason, and no secret', async (context) => {
  const target = await ownApp(context);
  const feed = await Feed.open(target, { kinds: 'refused' });
  const client = await Client.connect(target);
  await client.send({ event: 'pusher:subscribe', data: { channel: 'private-a', auth: `${target.key}:forged-signature` } });
  expect(await feed.next({ kind: 'subscription_refused' })).toMatchObject({ channel: 'private-a', reason: expect.any(String) });
  await api({ ...target, secret: 'wrong-secret' }, 'GET', '/channels');
  expect(await feed.next({ kind: 'request_refused' })).toMatchObject({ path: `/apps/${target.id}/channels`, status: 401 });
  await Client.connect({ ...target, wsUrl: () => target.wsUrl({ protocol: '3' }) }).catch(() => undefined);
  await feed.next({ kind: 'connection_refused' });
  expect(JSON.stringify(feed.lines)).not.toMatch(/forged-signature|secret/);
});

it('tells nothing of other apps', async (context) => {
  const target = await ownApp(context);
  const feed = await Feed.open(target);
  const other = targetAt(target.httpUrl, apps.other);
  const client = await Client.connect(other);
  await client.subscribe('room');
  await trigger(other, { name: 'order', channel: 'room', data: '{}' });
  await api({ ...other, secret: 'wrong' }, 'GET', '/channels');
  await mark(feed, target);
  expect(feed.lines).toHaveLength(1);
});

it('filters by channel, by event and by kind', async (context) => {
  const target = await ownApp(context);
  const byChannel = await Feed.open(target, { channel: 'room-*-x' });
  const byEvent = await Feed.open(target, { event: 'App\\*' });
  const byKind = await Feed.open(target, { kinds: 'connected,triggered' });
  await Client.connect(target);
  for (const [channel, name] of [
    ['room-1-x', 'App\\Sent'],
    ['room-x', 'App\\Read'],
    ['lobby', 'other'],
  ] as const) {
    await trigger(target, { name, channel, data: '{}' });
  }
  await mark(byKind, target);
  expect(byChannel.lines.map(({ channel }) => channel)).toEqual(['room-1-x']);
  expect(byEvent.lines.map(({ event }) => event)).toEqual(['App\\Sent', 'App\\Read']);
  expect(byKind.kinds()).toEqual(['connected', 'triggered', 'triggered', 'triggered', 'triggered']);
});

it.each([{ kinds: 'nonsense' }, { channel: '' }, { event: '*'.repeat(201) }, { data: 'yes' }, { surprise: '1' }])('refuses %j', async (query) => {
  expectFault(await api(sharedApp('plain'), 'GET', '/feed', undefined, query), 400);
});

it('is for who can sign', async (context) => {
  const target = await ownApp(context);
  for (const path of ['/feed', '/stats']) {
    expectFault(await api({ ...target, secret: 'wrong' }, 'GET', path), 401);
    expect((await api(target, 'POST', path, {})).status).toBe(405);
  }
});

it('can be switched off', async (context) => {
  const target = await ownApp(context, { feed: { enabled: false } });
  for (const path of ['/feed', '/stats']) expectFault(await api(target, 'GET', path), 403);
});

it('has few readers for each app, and a place for another as soon as one leaves', async (context) => {
  const target = await ownApp(context, { feed: { readersPerApp: 2 } });
  const [first] = [await Feed.open(target), await Feed.open(target)];
  expectFault(await api(target, 'GET', '/feed'), 429);
  await Feed.open(targetAt(target.httpUrl, apps.other));
  await first.close();
  await expect.poll(async () => Feed.open(target).then(() => 'open', String)).toBe('open');
});

it('leaves out what is above the rate, and says how much that was', async (context) => {
  const target = await ownApp(context, { feed: { linesPerSecond: 5 } });
  const feed = await Feed.open(target, { kinds: 'triggered' });
  const batch = Array.from({ length: 10 }, () => ({ channel: 'a', name: 'e', data: '{}' }));
  for (let index = 0; index < 10; index += 1) await api(target, 'POST', '/batch_events', { batch });
  const said = () => feed.lines.filter(({ kind }) => kind === 'triggered').length;
  const leftOut = () => feed.lines.reduce((sum, { kind, count }) => sum + (kind === 'left_out' ? Number(count) : 0), 0);
  await expect.poll(() => said() + leftOut(), { timeout: 4000 }).toBe(100);
  expect(leftOut()).toBeGreaterThan(50);
});

it('keeps nothing for a reader who does not read, and serves the others', async (context) => {
  const target = await ownApp(context, { feed: { linesPerSecond: 10_000, dataBytes: 65_536 }, limits: { eventDataBytes: 60_000 } });
  const url = new URL(`${target.httpUrl}/apps/${target.id}/feed`);
  const query = signedQuery(target, { method: 'GET', path: url.pathname, query: { data: 'true' } });
  const lazy = connect(Number(url.port), url.hostname);
  onTestFinished(() => void lazy.destroy());
  lazy.write(`GET ${url.pathname}?${query} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  await new Promise((resolve) => lazy.once('data', resolve));
  lazy.pause();
  const feed = await Feed.open(target, { kinds: 'triggered' });
  const batch = Array.from({ length: 10 }, () => ({ channel: 'a', name: 'big', data: 'x'.repeat(50_000) }));
  for (let index = 0; index < 40; index += 1) expect((await api(target, 'POST', '/batch_events', { batch })).status).toBe(200);
  await expect.poll(() => feed.lines.length, { timeout: 8000 }).toBeGreaterThanOrEqual(400);
  let text = '';
  lazy.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  lazy.resume();
  await expect.poll(() => /"left_out","count":(\d+)/.exec(text)?.[1], { timeout: 8000 }).toMatch(/^\d{2,}$/);
});

it('ends, with its reason, as soon as the server begins to stop', async (context) => {
  const server = await ownServer(context, { apps: [apps.plain], drain: { windowSeconds: 1 } });
  const target = targetAt(server.httpUrl, apps.plain);
  const feed = await Feed.open(target);
  const client = await Client.connect(target);
  await feed.next({ kind: 'connected' });
  const stopped = server.stop();
  expect(await feed.next({ kind: 'ended' })).toMatchObject({ reason: 'the server is stopping' });
  await feed.ended;
  await client.closed;
  await stopped;
});

it('covers all workers, whichever of them is asked', async (context) => {
  const target = await ownApp(context, { workers: 2 });
  const feed = await Feed.open(target, { kinds: 'connected,triggered' });
  const nodes = new Set<unknown>();
  await expect
    .poll(
      async () => {
        const client = await Client.connect(target);
        nodes.add((await feed.next({ kind: 'connected', socket_id: client.socketId })).node);
        await client.close();
        return nodes.size;
      },
      { timeout: 10_000, interval: 10 },
    )
    .toBe(2);
});

/** Waits until the target's node tells what happens on it. */
async function expectHeard(feed: Feed, target: Target): Promise<void> {
  const sockets = new Set<unknown>();
  const isHeard = async () => {
    const client = await Client.connect(target);
    sockets.add(client.socketId);
    await client.close();
    return feed.lines.some((line) => sockets.has(line.socket_id));
  };
  await expect.poll(isHeard, { timeout: 8000 }).toBe(true);
}

it('covers all nodes of a cluster, and tells once what every node announces', async (context) => {
  needsOwnServer('a cluster')(context);
  const cluster = await ownCluster({ nodes: 3, app: { clientEvents: true } });
  const [first, second, third] = cluster.targets as [Target, Target, Target];
  const feed = await Feed.open(first);
  for (const target of [second, third]) await expectHeard(feed, target);
  const clients = [await Client.connect(second), await Client.connect(third)];
  for (const [index, client] of clients.entries()) await client.subscribe('presence-room', { user_id: `user-${index}` });
  await expect.poll(() => new Set(feed.lines.filter(({ kind }) => kind === 'subscribed').map(({ node }) => node)).size).toBe(2);
  for (const client of clients) await client.close();
  await feed.next({ kind: 'channel_vacated' });
  const count = (kind: string) => feed.kinds().filter((other) => other === kind).length;
  const counts = () => ({ added: count('member_added'), removed: count('member_removed'), occupied: count('channel_occupied') });
  await expect.poll(counts).toEqual({ added: 2, removed: 2, occupied: 1 }); // lines of one node come in order, those of several in any
  for (const target of [second, third]) await expectHeard(feed, target);
  expect(counts()).toEqual({ added: 2, removed: 2, occupied: 1 });
});
