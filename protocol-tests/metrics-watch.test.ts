import { writeFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { behaviours, HttpReceiver } from '../src/testing/http-receiver.ts';
import { temporaryFolder } from '../src/testing/temporary-folder.ts';
import { api } from './support/api.ts';
import { apps } from './support/apps.ts';
import { makeCertificate } from './support/certificate.ts';
import { Client } from './support/client.ts';
import { type MeasuredServer, measuredServer } from './support/metrics.ts';
import { parseLog } from './support/server.ts';
import { type Target, targetAt } from './support/target.ts';
import { bearer, tokenApp, tokenAppSettings } from './support/token-app.ts';

const app = apps.plain.id;
const at = ({ server }: MeasuredServer): Target => targetAt(server.httpUrl, apps.plain);

describe('limits', () => {
  it('that act are counted by scope, and refused signatures by kind', async (context) => {
    const limits = { messagesPerSecond: 1, messageBurst: 3, clientEventsPerSecond: 1, backendEventsPerSecond: 1 };
    const measured = await measuredServer(context, { apps: [{ ...apps.plain, limits }] });
    const target = at(measured);
    const client = await Client.connect(target);
    for (let index = 0; index < 5; index += 1) client.send({ event: 'pusher:ping', data: {} });
    await client.next('pusher:error');
    client.send({ event: 'pusher:subscribe', data: { channel: 'private-room', auth: `${apps.plain.key}:${'0'.repeat(64)}` } });
    await client.next('pusher:subscription_error');
    const event = { name: 'x', data: '', channel: 'room' };
    const statuses = await Promise.all([1, 2, 3, 4].map(async () => (await api(target, 'POST', '/events', event)).status));
    const limited = statuses.filter((status) => status === 429).length;
    expect(limited).toBeGreaterThan(0);
    const stranger = await Client.connect(target);
    stranger.send({ event: 'pusher:signin', data: { auth: 'x:y', user_data: '{"id":"1"}' } });
    await stranger.closed;
    const { value } = await measured.scrape();
    expect(value('clarion_rate_limited_total', { scope: 'messages' })).toBeGreaterThanOrEqual(1);
    expect(value('clarion_rate_limited_total', { scope: 'backend_events' })).toBe(limited);
    expect(value('clarion_rate_limited_total', { scope: 'client_events' })).toBe(0);
    for (const kind of ['channel', 'sign_in']) expect(value('clarion_auth_failures_total', { kind })).toBe(1);
    expect(value('clarion_connections_closed_total', { app, reason: 'unauthorized' })).toBe(1);
  });
});

describe('tokens', () => {
  it('are counted by what became of them, and looked up rather than verified twice', async (context) => {
    const measured = await measuredServer(context, { apps: [tokenAppSettings({ sources: ['header'] })] });
    const target = targetAt(measured.server.httpUrl, tokenApp);
    const good = bearer('ada');
    for (let index = 0; index < 3; index += 1) await Client.connect(target, good);
    await (await Client.open(target, bearer('ada', { exp: 1 }))).closed;
    await (await Client.open(target)).closed;
    const { value } = await measured.scrape();
    expect(value('clarion_token_verifications_total', { result: 'accepted' })).toBe(1);
    expect(value('clarion_token_cache_lookups_total', { result: 'hit' })).toBe(2);
    for (const reason of ['expired', 'missing']) expect(value('clarion_tokens_refused_total', { reason })).toBe(1);
    expect(value('clarion_auth_failures_total', { kind: 'token' })).toBe(2);
    expect(value('clarion_handshakes_refused_total', { reason: 'token_refused' })).toBe(2);
  });
});

describe('webhooks', () => {
  it('are counted from the queue to the endpoint', async (context) => {
    const receiver = await HttpReceiver.open();
    onTestFinished(() => receiver.close());
    receiver.behave = behaviours.answer(500);
    const hooked = { ...apps.plain, webhooks: [{ url: receiver.url('/all') }] };
    const measured = await measuredServer(context, { apps: [hooked], webhooks: { allowPrivateTargets: true } });
    const client = await Client.connect(at(measured));
    await client.subscribe('room');
    await expect.poll(async () => (await measured.scrape()).value('clarion_webhook_attempts_total', { result: 'failure' })).toBeGreaterThan(0);
    const waiting = await measured.scrape();
    expect(waiting.value('clarion_webhooks_waiting')).toBe(1);
    expect(waiting.value('clarion_webhooks_oldest_age_seconds')).toBeGreaterThan(0);
    receiver.behave = behaviours.accept;
    await measured.expectValue('clarion_webhook_events_total', { result: 'delivered' }, 1);
    const after = await measured.scrape();
    expect(after.value('clarion_webhook_attempts_total', { result: 'success' })).toBe(1);
    expect(after.value('clarion_webhook_delivery_age_seconds_count')).toBe(1);
    expect(after.value('clarion_webhooks_waiting')).toBe(0);
    expect(after.value('clarion_webhooks_oldest_age_seconds')).toBe(0);
  });
});

describe('the process', () => {
  it('tells what runs, how it fares, and when its certificate ends', async (context) => {
    const tls = makeCertificate(temporaryFolder());
    const { value } = await (await measuredServer(context, { apps: [apps.plain], server: { tls } })).scrape();
    expect(value('clarion_build_info', { node: process.version })).toBe(1);
    expect(value('clarion_certificate_expiry_timestamp_seconds')).toBeGreaterThan(Date.now() / 1000);
    expect(value('process_resident_memory_bytes')).toBeGreaterThan(10_000_000);
    expect(value('process_cpu_seconds_total')).toBeGreaterThan(0);
    expect(value('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThanOrEqual(0);
    expect(value('process_start_time_seconds')).toBeLessThanOrEqual(Date.now() / 1000);
    expect(value('clarion_broker_up')).toBe(1);
    expect(value('clarion_draining')).toBe(0);
    expect(value('clarion_workers_answering')).toBe(1);
  });

  it('tells when the certificate ends that is served, not the one that could not be taken over', async (context) => {
    const tls = makeCertificate(temporaryFolder());
    const { server, scrape } = await measuredServer(context, { apps: [apps.plain], server: { tls } });
    const expiry = (await scrape()).value('clarion_certificate_expiry_timestamp_seconds');
    writeFileSync(tls.certFile, 'no certificate');
    await server.line((line) => parseLog(line)?.msg === 'the certificate could not be reloaded');
    expect((await scrape()).value('clarion_certificate_expiry_timestamp_seconds')).toBe(expiry);
  });

  it('counts an error that nobody caught, which ends nothing', async (context) => {
    const fault = 'process.once("SIGPROF", () => { throw new Error("nobody caught this"); });';
    const environment = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(fault)}` };
    const measured = await measuredServer(context, { apps: [apps.plain] }, { environment });
    process.kill(measured.server.pid, 'SIGPROF');
    await measured.server.line((line) => parseLog(line)?.msg === 'unhandled error');
    await measured.expectValue('clarion_log_lines_total', { level: 'error' }, 1);
  });

  it('without TLS has no certificate, and counts what its log complains of', async (context) => {
    const measured = await measuredServer(context, { apps: [apps.plain], drain: { windowSeconds: 5 } });
    const before = await measured.scrape();
    expect(before.value('clarion_certificate_expiry_timestamp_seconds')).toBeUndefined();
    expect(before.value('clarion_log_lines_total', { level: 'error' })).toBe(0);
    await Promise.all(Array.from({ length: 20 }, () => Client.connect(at(measured))));
    process.kill(measured.server.pid, 'SIGTERM');
    await measured.expectValue('clarion_draining', {}, 1);
  });
});
