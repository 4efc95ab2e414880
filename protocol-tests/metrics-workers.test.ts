import { describe, expect, it, onTestFinished, type TestContext } from 'vitest';
import { RedisServer } from '../src/testing/redis-server.ts';
import { api, trigger } from './support/api.ts';
import { apps } from './support/apps.ts';
import { childrenOf } from './support/child-processes.ts';
import { Client } from './support/client.ts';
import { type MeasuredServer, measuredServer } from './support/metrics.ts';
import { type Target, targetAt } from './support/target.ts';

const app = apps.plain.id;
const soon = { timeout: 8000 };

async function startWorkers(context: TestContext, workers: number): Promise<MeasuredServer & { readonly target: Target }> {
  const config = { apps: [apps.plain], metrics: { port: 0, compat: 'soketi' } };
  const measured = await measuredServer(context, config, { arguments: ['--workers', String(workers)] });
  return { ...measured, target: targetAt(measured.server.httpUrl, apps.plain) };
}

async function startRedis(): Promise<RedisServer> {
  const redis = await RedisServer.start();
  onTestFinished(() => redis.stop());
  return redis;
}

describe('workers', () => {
  it('show their metrics on one port, added up where that makes sense', async (context) => {
    const { scrape, target, expectValue, server } = await startWorkers(context, 2);
    const clients = await Promise.all(Array.from({ length: 24 }, () => Client.connect(target)));
    for (const client of clients) await client.subscribe('room');
    await trigger(target, { name: 'x', data: 'y', channel: 'room' });
    for (const client of clients) await client.next('x');
    const { value, text } = await scrape();
    expect(value('clarion_connections', { app })).toBe(24);
    expect(value('clarion_subscriptions', { kind: 'public' })).toBe(24);
    expect(value('clarion_sent_frames_total', { app })).toBe(72);
    expect(value('clarion_events_published_total', { app, source: 'api' })).toBe(1);
    expect(value('clarion_broker_lag_seconds_count')).toBe(1);
    expect(value('clarion_broker_up')).toBe(1);
    expect(value('clarion_build_info')).toBe(1);
    expect(value('clarion_workers_configured')).toBe(2);
    expect(value('clarion_workers_answering')).toBe(2);
    expect(value('soketi_connected', { app_id: app, port: String(server.port) })).toBe(24);
    expect(value('process_resident_memory_bytes')).toBeGreaterThan(3 * 20_000_000);
    expect(text.match(/^# TYPE clarion_connections /gm)).toHaveLength(1);
    for (const client of clients) client.drop();
    await expectValue('clarion_connections', { app }, 0);
  });

  it('that end take no count with them, and nobody waits for one that hangs', async (context) => {
    const { scrape, target, server } = await startWorkers(context, 2);
    const clients = await Promise.all(Array.from({ length: 24 }, () => Client.connect(target)));
    const opened = async () => (await scrape()).value('clarion_connections_opened_total', { app });
    expect(await opened()).toBe(24);
    const [victim = 0, other = 0] = childrenOf(server.pid);
    process.kill(victim, 'SIGKILL');
    await expect.poll(async () => (await scrape()).value('clarion_connections', { app }), soon).toBeLessThan(24);
    expect(await opened()).toBe(24);
    await expect.poll(async () => (await scrape()).value('clarion_workers_answering'), soon).toBe(2);
    expect(await opened()).toBe(24);
    expect((await scrape()).value('clarion_log_lines_total', { level: 'error' })).toBe(1); // the parent's, of the end
    process.kill(other, 'SIGSTOP');
    onTestFinished(() => void process.kill(other, 'SIGCONT'));
    const during = await scrape();
    expect(during.value('clarion_workers_answering')).toBe(1);
    expect(during.value('clarion_connections_opened_total', { app })).toBe(24);
    process.kill(other, 'SIGCONT');
    await expect.poll(async () => (await scrape()).value('clarion_workers_answering'), soon).toBe(2);
    expect(clients).toHaveLength(24);
  }, 40_000);
});

describe('nodes that meet in Redis', () => {
  it('tell what the broker and the registry do, and when Redis is away', async (context) => {
    const redis = await startRedis();
    const config = { apps: [apps.plain], redis: { url: redis.url } };
    const [near, far] = [await measuredServer(context, config), await measuredServer(context, config)];
    const listener = await Client.connect(targetAt(near.server.httpUrl, apps.plain));
    await listener.subscribe('room');
    await trigger(targetAt(near.server.httpUrl, apps.plain), { name: 'x', data: 'y', channel: 'room' });
    await trigger(targetAt(far.server.httpUrl, apps.plain), { name: 'x', data: 'y', channel: 'room' });
    for (let index = 0; index < 2; index += 1) await listener.next('x');
    await api(targetAt(far.server.httpUrl, apps.plain), 'GET', '/channels/room', undefined, { info: 'subscription_count' });
    const [here, there] = [await near.scrape(), await far.scrape()];
    for (const { value } of [here, there]) {
      expect(value('clarion_broker_up')).toBe(1);
      expect(value('clarion_broker_lag_seconds_count')).toBe(1);
      expect(value('clarion_broker_batch_messages_sum')).toBe(1);
      expect(value('clarion_cluster_messages_lost_total')).toBe(0);
    }
    expect(here.value('clarion_delivery_latency_seconds_count')).toBe(1); // its own, not the other node's
    expect(there.value('clarion_delivery_latency_seconds_count')).toBe(0);
    expect(here.value('clarion_registry_operations_total', { operation: 'apply', result: 'ok' })).toBeGreaterThan(0);
    expect(here.value('clarion_registry_operations_total', { operation: 'publish' })).toBeUndefined();
    redis.pause();
    await near.expectValue('clarion_broker_up', {}, 0);
    await expect.poll(async () => (await near.scrape()).value('clarion_broker_outage_seconds'), soon).toBeGreaterThan(0);
    redis.resume();
    await near.expectValue('clarion_broker_up', {}, 1);
  }, 40_000);

  it('count the sweep of one that was killed', async (context) => {
    const redis = await startRedis();
    const config = { apps: [apps.plain], redis: { url: redis.url } };
    const [left, gone] = [await measuredServer(context, config), await measuredServer(context, config)];
    await (await Client.connect(targetAt(gone.server.httpUrl, apps.plain))).subscribe('presence-room', { user_id: '1' });
    await gone.server.stop('SIGKILL');
    await expect.poll(async () => (await left.scrape()).value('clarion_cluster_sweeps_total'), { timeout: 20_000 }).toBe(1);
  }, 40_000);
});
