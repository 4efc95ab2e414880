import { afterEach, describe, expect, it, vi } from 'vitest';
import { createRecordedLog } from '../../testing/recorded-log.ts';
import { canCluster, RedisCluster } from '../../testing/redis-cluster.ts';
import { SentinelGroup } from '../../testing/redis-sentinel.ts';
import { RedisClient } from './client.ts';
import type { ConnectionSettings } from './settings.ts';

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function openClient(settings: Partial<ConnectionSettings>): Promise<RedisClient> {
  const client = new RedisClient({ settings: { db: 0, ...settings }, log: createRecordedLog() });
  cleanups.push(() => client.close());
  await client.connected(10_000);
  return client;
}

function subscribeTo(client: RedisClient, topics: readonly string[]) {
  const up = new Set<string>();
  const lost = new Set<string>();
  const received: string[] = [];
  const subscriber = client.subscribe(topics, {
    up: (topic) => up.add(topic),
    down: (topic) => {
      up.delete(topic);
      lost.add(topic);
    },
    message: (topic, payload) => received.push(`${topic}: ${payload.toString()}`),
  });
  return { up, lost, received, ready: subscriber.ready };
}

describe('the redis client', { timeout: 60_000 }, () => {
  it('follows the Sentinels to the promoted primary with commands and subscriptions', async () => {
    const group = await SentinelGroup.start();
    cleanups.push(() => group.stop());
    const client = await openClient({ sentinel: { name: group.name, nodes: group.addresses } });
    const { up, received, ready } = subscribeTo(client, ['a']);
    await ready;
    const old = await group.primary();
    await old.kill();
    await group.promoted(old);
    await vi.waitFor(async () => expect(await client.commands.set('key', 'value')).toBe('OK'), 5000);
    await vi.waitFor(async () => {
      await client.commands.publish('a', 'x');
      expect([...up]).toEqual(['a']);
      expect(received).toContain('a: x');
    }, 5000);
  });

  it('leaves a primary that was replaced while it was stopped', async () => {
    const group = await SentinelGroup.start();
    cleanups.push(() => group.stop());
    const client = await openClient({ sentinel: { name: group.name, nodes: group.addresses } });
    const old = await group.primary();
    old.pause();
    const promoted = await group.promoted(old);
    await vi.waitFor(async () => expect(await client.commands.set('key', 'value')).toBe('OK'), 5000);
    expect(await client.commands.config('GET', 'port')).toEqual(['port', String(promoted.port)]);
    old.resume();
  });

  it.skipIf(!canCluster())('subscribes on every primary of a Cluster and follows the slots after a failover', async () => {
    const cluster = await RedisCluster.start({ replicas: 1 });
    cleanups.push(() => cluster.stop());
    const client = await openClient({ cluster: { nodes: cluster.addresses.slice(0, 1) } });
    const topics = Array.from({ length: 16 }, (_, index) => `{p${index}}:topic`);
    const { up, lost, received, ready } = subscribeTo(client, topics);
    await ready;
    expect(up.size).toBe(16);
    for (const topic of topics) await client.commands.spublish(topic, '1');
    await vi.waitFor(() => expect(received.toSorted()).toEqual(topics.map((topic) => `${topic}: 1`).toSorted()));

    received.length = 0;
    await cluster.servers[0]?.kill();
    await vi.waitFor(() => expect(lost.size).toBeGreaterThan(0), 5000);
    await vi.waitFor(() => expect(up.size).toBe(16), 15_000);
    for (const topic of topics) await vi.waitFor(() => client.commands.spublish(topic, '2'), 5000);
    await vi.waitFor(() => expect(received.toSorted()).toEqual(topics.map((topic) => `${topic}: 2`).toSorted()));
    expect(lost.size).toBeLessThan(16);
  });

  it.skipIf(!canCluster())('follows a slot that moves to another primary', async () => {
    const cluster = await RedisCluster.start();
    cleanups.push(() => cluster.stop());
    const client = await openClient({ cluster: { nodes: cluster.addresses } });
    const { up, lost, received, ready } = subscribeTo(client, ['{a}:topic', '{b}:topic']);
    await ready;
    const slot = await client.commands.cluster('KEYSLOT', '{a}');
    const owner = Math.floor((slot * 3) / 16_384);
    const servers = [...cluster.servers.slice(owner + 1), ...cluster.servers.slice(0, owner + 1)];
    const direct = await Promise.all(servers.map(({ url }) => openClient({ url })));
    const id = String(await direct[0]?.commands.cluster('MYID'));
    for (const { commands } of direct) await commands.cluster('SETSLOT', slot, 'NODE', id);
    await vi.waitFor(() => expect([...lost]).toEqual(['{a}:topic']), 5000);
    await vi.waitFor(() => expect(up.size).toBe(2), 5000);
    await client.commands.spublish('{a}:topic', 'x');
    await vi.waitFor(() => expect(received).toEqual(['{a}:topic: x']));
  });
});
