import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { describe, expect, it, onTestFinished, type TestContext } from 'vitest';
import { api, trigger } from './support/api.ts';
import { apps } from './support/apps.ts';
import { Client } from './support/client.ts';
import { measuredServer, metricsPort, scrapeAt } from './support/metrics.ts';
import { ownServer } from './support/own-server.ts';
import { RawHttp } from './support/raw-http.ts';
import { parseLog } from './support/server.ts';
import { targetAt } from './support/target.ts';

const own = { apps: [apps.plain] };
const soketiEnvironment = {
  SOKETI_DEFAULT_APP_ID: apps.plain.id,
  SOKETI_DEFAULT_APP_KEY: apps.plain.key,
  SOKETI_DEFAULT_APP_SECRET: apps.plain.secret,
  SOKETI_DEFAULT_APP_ENABLE_CLIENT_MESSAGES: '1',
};

/** Holds a port until the test, or `release`, gives it back. */
async function takePort(): Promise<{ readonly port: number; readonly release: () => Promise<unknown> }> {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const release = async () => {
    holder.close();
    if (holder.listening) await once(holder, 'close');
  };
  onTestFinished(() => void holder.close());
  return { port: (holder.address() as AddressInfo).port, release };
}

describe('the port of metrics', () => {
  it('is on loopback alone unless it is told otherwise, and can be switched off', async (context) => {
    const { server } = await measuredServer(context, own);
    expect(parseLog(await server.line((line) => parseLog(line)?.msg === 'metrics listening'))).toMatchObject({ host: '127.0.0.1' });
    const silent = await ownServer(context, { ...own, metrics: { enabled: false } });
    expect(silent.lines.map((line) => parseLog(line)?.msg)).toEqual(['listening']);
  });

  it('is not the port of the clients', async (context) => {
    const { server } = await measuredServer(context, own);
    expect((await fetch(`${server.httpUrl}/metrics`)).status).toBe(404);
  });

  it('answers /metrics, /usage and nothing else', async (context) => {
    const { url } = await measuredServer(context, own);
    const metrics = await fetch(`${url}/metrics`);
    expect(metrics.status).toBe(200);
    expect(metrics.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const usage = (await (await fetch(`${url}/usage`)).json()) as { memory: Record<'free' | 'used' | 'total' | 'percent', number> };
    expect(usage.memory.free).toBe(usage.memory.total - usage.memory.used);
    expect(usage.memory.percent).toBeCloseTo((100 * usage.memory.used) / usage.memory.total);
    const json = (await (await fetch(`${url}/metrics?json=1`)).json()) as readonly { readonly name: string }[];
    expect(json.map(({ name }) => name)).toContain('clarion_connections');
    expect((await fetch(`${url}/apps/1001/channels`)).status).toBe(404);
    expect((await fetch(`${url}/metrics`, { method: 'POST', body: 'x' })).status).toBe(405);
    expect((await fetch(`${url}/metrics`, { method: 'HEAD' })).headers.get('content-length')).not.toBe('0');
  });

  it('that is taken stops nobody, and is used when it is free', async (context) => {
    const { port, release } = await takePort();
    const server = await ownServer(context, { ...own, metrics: { port } });
    const warning = await server.line((line) => parseLog(line)?.level === 'warn');
    expect(parseLog(warning)).toMatchObject({ port, reason: expect.stringContaining('EADDRINUSE') });
    await (await Client.connect(targetAt(server.httpUrl, apps.plain))).subscribe('room');
    await release();
    expect(await metricsPort(server)).toBe(port);
    expect((await scrapeAt(`http://127.0.0.1:${port}/metrics`)).value('clarion_connections')).toBe(1);
    expect(server.lines.filter((line) => parseLog(line)?.level === 'warn')).toEqual([warning]);
  }, 30_000);

  it('lets nobody who hangs, talks nonsense or comes too often disturb collectors or clients', async (context) => {
    const { port, scrape, server } = await measuredServer(context, own);
    const client = await Client.connect(targetAt(server.httpUrl, apps.plain));
    const mute = await RawHttp.open({ host: '127.0.0.1', port });
    const deaf = connect({ host: '127.0.0.1', port });
    onTestFinished(() => void deaf.destroy());
    deaf.pause();
    deaf.on('error', () => undefined);
    for (let index = 0; index < 100; index += 1) deaf.write('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n');
    const greedy = await RawHttp.open({ host: '127.0.0.1', port });
    greedy.write('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(3));
    await greedy.closed(); // asks again before it has its answer
    const confused = await RawHttp.open({ host: '127.0.0.1', port });
    confused.write('\u0000\u0001 nonsense\r\n\r\n');
    await confused.closed();
    const crowd = await Promise.all(Array.from({ length: 40 }, () => RawHttp.open({ host: '127.0.0.1', port })));
    for (const slow of crowd) slow.write('GET /metrics HTTP/1.1\r\nHost:');
    await mute.closed(); // makes room
    for (let index = 0; index < 20; index += 1) expect((await scrape()).value('clarion_connections')).toBe(1);
    await client.quiet();
    await Promise.all(crowd.map((slow) => slow.closed())); // cut off for their silence
    expect(server.lines.filter((line) => parseLog(line)?.level === 'error')).toEqual([]);
  }, 30_000);

  it('ends with the server, whoever still hangs on it', async (context) => {
    const { port, server } = await measuredServer(context, own);
    const mute = await RawHttp.open({ host: '127.0.0.1', port });
    mute.write('GET /metrics HTTP/1.1\r\nHost:');
    expect(await server.stop()).toBe(0);
    await mute.closed();
  });
});

describe("Soketi's names", () => {
  const startAs = (context: TestContext, environment: Record<string, string>) =>
    measuredServer(context, { metrics: {} }, { environment: { ...soketiEnvironment, SOKETI_METRICS_SERVER_PORT: '0', ...environment } });

  it("stand beside ours for who comes with Soketi's variables, with its labels", async (context) => {
    const { server, scrape, expectValue } = await startAs(context, { SOKETI_METRICS_ENABLED: '1' });
    const target = targetAt(server.httpUrl, apps.plain);
    const labels = { app_id: apps.plain.id, port: String(server.port) };
    const client = await Client.connect(target);
    await client.subscribe('private-room');
    await trigger(target, { name: 'x', data: 'y', channel: 'private-room' });
    await api(target, 'GET', '/channels');
    await client.next('x');
    const { value } = await scrape();
    expect(value('soketi_connected', labels)).toBe(1);
    expect(value('soketi_new_connections_total', labels)).toBe(1);
    expect(value('soketi_ws_messages_sent_total', labels)).toBe(client.received.length);
    expect(value('soketi_socket_transmitted_bytes', labels)).toBe(Buffer.byteLength(client.received.join('')));
    expect(value('soketi_ws_messages_received_total', labels)).toBe(1);
    expect(value('soketi_socket_received_bytes', labels)).toBeGreaterThan(10);
    expect(value('soketi_http_calls_received_total', labels)).toBe(2);
    expect(value('soketi_http_received_bytes', labels)).toBeGreaterThan(10);
    expect(value('soketi_http_transmitted_bytes', labels)).toBeGreaterThan(2);
    expect(value('soketi_process_resident_memory_bytes', { port: labels.port })).toBeGreaterThan(1_000_000);
    await client.close();
    await expectValue('soketi_connected', labels, 0);
    await expectValue('soketi_new_disconnections_total', labels, 1);
  });

  it('are not there for others', async (context) => {
    const { scrape } = await measuredServer(context, own);
    expect((await scrape()).text).not.toContain('soketi');
  });

  it("come with Soketi's address, unless there is another one", async (context) => {
    const everywhere = await startAs(context, { SOKETI_METRICS_ENABLED: '1', SOKETI_METRICS_HOST: '127.0.0.1' });
    expect(everywhere.server.lines.map(parseLog).find((line) => line?.msg === 'metrics listening')).toMatchObject({ host: '127.0.0.1' });
  });
});
