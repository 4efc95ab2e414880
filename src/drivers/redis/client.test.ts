import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { FaultProxy } from '../../testing/fault-proxy.ts';
import { createRecordedLog } from '../../testing/recorded-log.ts';
import { RedisServer } from '../../testing/redis-server.ts';
import { RedisClient } from './client.ts';
import type { ConnectionSettings } from './settings.ts';

let server: RedisServer;
const cleanups: (() => unknown)[] = [];

beforeAll(async () => {
  server = await RedisServer.start();
});

afterAll(() => server.stop());

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function openClient(settings: Partial<ConnectionSettings>): Promise<RedisClient> {
  const client = new RedisClient({ settings: { db: 0, ...settings }, log: createRecordedLog() });
  cleanups.push(() => client.close());
  await client.connected(5000);
  return client;
}

async function openProxy(): Promise<FaultProxy> {
  const proxy = await FaultProxy.open({ port: server.port });
  cleanups.push(() => proxy.close());
  return proxy;
}

function recordTopics(client: RedisClient, topics: readonly string[]) {
  const seen: string[] = [];
  const subscriber = client.subscribe(topics, {
    up: (topic) => seen.push(`up ${topic}`),
    down: (topic) => seen.push(`down ${topic}`),
    message: (topic, payload) => seen.push(`${topic}: ${payload.toString()}`),
  });
  return { seen, ready: subscriber.ready };
}

describe('the redis client', () => {
  it('uses the database of the URL', async () => {
    const client = await openClient({ url: `${server.url}/3` });
    await client.commands.set('where', '3');
    const other = await openClient({ url: server.url, db: 3 });
    expect(await other.commands.get('where')).toBe('3');
  });

  it('signs in as an ACL user whose name and password need escapes in a URL', async () => {
    const admin = await openClient({ url: server.url });
    await admin.commands.call('ACL', 'SETUSER', 'us:er', 'on', '>p@ss/word', '~*', '&*', '+@all');
    const client = await openClient({ url: `redis://us%3Aer:p%40ss%2Fword@127.0.0.1:${server.port}` });
    expect(await client.commands.call('ACL', 'WHOAMI')).toBe('us:er');
    const beside = await openClient({ url: server.url, username: 'us:er', password: 'p@ss/word' });
    expect(await beside.commands.call('ACL', 'WHOAMI')).toBe('us:er');
  });

  it('says why it cannot connect', async () => {
    const log = createRecordedLog();
    const client = new RedisClient({ settings: { url: `redis://nobody:wrong@127.0.0.1:${server.port}`, db: 0 }, log });
    cleanups.push(() => client.close());
    await expect(client.connected(300)).rejects.toThrow(/Redis cannot be reached: .*(WRONGPASS|invalid)/);
    expect(log.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
  });

  it('says why a server is no Cluster', async () => {
    const log = createRecordedLog();
    const client = new RedisClient({ settings: { cluster: { nodes: [server.address] }, db: 0 }, log });
    cleanups.push(() => client.close());
    await expect(client.connected(500)).rejects.toThrow('cluster support disabled');
    expect(log.lines).toEqual([
      expect.objectContaining({ fields: { err: expect.objectContaining({ message: expect.stringContaining('cluster support') }) } }),
    ]);
  });

  it('fails a command at once when the connection is lost before its answer, and never sends it again', async () => {
    const proxy = await openProxy();
    const client = await openClient({ url: `redis://127.0.0.1:${proxy.port}` });
    proxy.swallowNext((request) => request.includes('counter'));
    await expect(client.commands.incr('counter')).rejects.toThrow();
    await client.connected(5000);
    expect(await client.commands.get('counter')).toBe('1');
  });

  it('fails commands without a connection instead of keeping them', async () => {
    const proxy = await openProxy();
    const client = await openClient({ url: `redis://127.0.0.1:${proxy.port}` });
    proxy.refuse();
    await expect.poll(() => client.isUp).toBe(false);
    await expect(client.commands.incr('kept')).rejects.toThrow();
    proxy.heal();
    await client.connected(5000);
    expect(await client.commands.get('kept')).toBeNull();
  });

  it('gives up a command after two seconds without an answer', async () => {
    const proxy = await openProxy();
    const client = await openClient({ url: `redis://127.0.0.1:${proxy.port}` });
    proxy.partition();
    await expect(client.commands.ping()).rejects.toThrow(/timed out/);
    proxy.heal();
    await vi.waitFor(async () => expect(await client.commands.ping()).toBe('PONG'), 5000);
  });

  it('hands on what is published on its topics, in order', async () => {
    const client = await openClient({ url: server.url });
    const { seen, ready } = recordTopics(client, ['a', 'b']);
    await ready;
    for (let index = 0; index < 3; index += 1) await client.commands.publish('b', String(index));
    await vi.waitFor(() => expect(seen).toEqual(['up a', 'up b', 'b: 0', 'b: 1', 'b: 2']));
  });

  it('tells that a subscription was lost, and renews it', async () => {
    const client = await openClient({ url: server.url });
    const { seen, ready } = recordTopics(client, ['a']);
    await ready;
    await client.commands.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await vi.waitFor(() => expect(seen).toEqual(['up a', 'down a', 'up a']), 5000);
    await client.commands.publish('a', 'x');
    await vi.waitFor(() => expect(seen.at(-1)).toBe('a: x'));
  });

  it('notices that nobody answers on the subscribing connection', { timeout: 20_000 }, async () => {
    const proxy = await openProxy();
    const client = await openClient({ url: `redis://127.0.0.1:${proxy.port}` });
    const { seen, ready } = recordTopics(client, ['a']);
    await ready;
    proxy.partition();
    await vi.waitFor(() => expect(seen).toEqual(['up a', 'down a']), 10_000);
    proxy.heal();
    await vi.waitFor(() => expect(seen).toEqual(['up a', 'down a', 'up a']), 10_000);
  });

  it('says once that it may not subscribe, and subscribes when it may', async () => {
    const admin = await openClient({ url: server.url });
    await admin.commands.call('ACL', 'SETUSER', 'narrow', 'on', '>secret', '~*', 'resetchannels', '+@all');
    const log = createRecordedLog();
    const client = new RedisClient({ settings: { url: `redis://narrow:secret@127.0.0.1:${server.port}`, db: 0 }, log });
    cleanups.push(() => client.close());
    const { ready } = recordTopics(client, ['topic']);
    const warnings = () => log.lines.filter(({ message }) => message === 'redis subscription failed');
    await vi.waitFor(() => expect(warnings()).toHaveLength(1));
    await admin.commands.call('ACL', 'SETUSER', 'narrow', 'allchannels');
    await ready;
    expect(warnings()).toHaveLength(1);
  });
});
