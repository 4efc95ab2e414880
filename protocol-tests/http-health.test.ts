import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { answer } from './support/api.ts';
import { ownCluster, within } from './support/cluster.ts';
import { expectFault } from './support/fault.ts';
import { ownServer } from './support/own-server.ts';
import { RawHttp } from './support/raw-http.ts';
import { addressOf } from './support/raw-request.ts';
import { parseLog } from './support/server.ts';
import { needsOwnServer, sharedApp } from './support/target.ts';

const plain = sharedApp('plain');
const { httpUrl } = plain;

beforeEach(needsOwnServer('the health checks of this server'));

describe('the health checks', () => {
  it('answer /up exactly as Laravel expects it', async () => {
    const { status, text, headers } = await answer(await fetch(`${httpUrl}/up`));
    expect({ status, text }).toEqual({ status: 200, text: '{"health":"OK"}' });
    expect(headers.get('content-type')).toMatch(/^application\/json/);
  });

  it.each(['/live', '/ready', '/accept-traffic'])('answer %s with 200 and JSON', async (path) => {
    const { status, json, headers } = await answer(await fetch(httpUrl + path));
    expect(status).toBe(200);
    expect(json).toBeTypeOf('object');
    expect(headers.get('content-type')).toMatch(/^application\/json/);
  });

  it('say that the server is ready', async () => {
    expect((await answer(await fetch(`${httpUrl}/ready`))).json).toMatchObject({ ready: true });
  });

  it('say that the server has memory for more clients, and how much it uses', async () => {
    const { json } = await answer(await fetch(`${httpUrl}/accept-traffic`));
    expect(json).toMatchObject({ acceptTraffic: true, memory: { percent: expect.any(Number) } });
  });

  it('need no signature and ignore a query', async () => {
    expect((await fetch(`${httpUrl}/up?auth_key=nobody&x=%zz`)).status).toBe(200);
  });

  it.each([
    ['/up', 200],
    ['/live', 200],
    ['/ready', 200],
    ['/accept-traffic', 200],
    ['/nowhere', 404],
    [`/apps/${plain.id}/channels`, 405],
  ])('answer HEAD %s with %d and without a body, which the next request would trip over', async (path, status) => {
    const connection = await RawHttp.open(addressOf(plain));
    onTestFinished(() => connection.abort());
    connection.write(`HEAD ${path} HTTP/1.1\r\nHost: a\r\n\r\nGET /up HTTP/1.1\r\nHost: a\r\n\r\n`);
    expect(await connection.answer('HEAD')).toMatchObject({ status });
    expect(await connection.answer()).toMatchObject({ status: 200, body: '{"health":"OK"}' });
  });

  it.each(['/up', '/live', '/ready', '/accept-traffic'])('refuse POST %s with 405', async (path) => {
    expectFault(await answer(await fetch(httpUrl + path, { method: 'POST', body: 'x' })), 405);
  });
});

describe('the health checks of a server that wants no more clients', () => {
  const ask = async (url: string) => {
    const { status, json } = await answer(await fetch(url));
    return { status, ...(json as object) };
  };
  const reasons = (...names: readonly string[]) => names.map((reason) => ({ reason, detail: expect.any(String) }));

  it('name its memory, and tell the log once', async (context) => {
    const server = await ownServer(context, { health: { memoryBytes: 1_000_000 } });
    const refusal = { status: 503, error: 'The server is low on memory', reasons: reasons('memory') };
    for (let times = 0; times < 3; times += 1) expect(await ask(`${server.httpUrl}/ready`)).toEqual({ ...refusal, ready: false });
    expect(await ask(`${server.httpUrl}/accept-traffic`)).toMatchObject({ ...refusal, acceptTraffic: false });
    expect(await ask(`${server.httpUrl}/live`)).toMatchObject({ status: 200 });
    expect(await ask(`${server.httpUrl}/up`)).toMatchObject({ status: 200 });
    const line = await server.line((text) => parseLog(text)?.msg === 'readiness changed');
    expect(parseLog(line)).toMatchObject({ level: 'warn', isReady: false, reasons: ['memory'] });
    expect(server.lines.filter((text) => text.includes('request refused'))).toEqual([]);
  });

  it('count what workers share', async (context) => {
    const server = await ownServer(context, { workers: 2, health: { memoryBytes: null, memoryPercent: 100 } });
    expect(await ask(`${server.httpUrl}/ready`)).toMatchObject({ status: 200 });
  });

  it('name a broker that has been away for more than five seconds, and are well again when it is back', async (context) => {
    needsOwnServer('nodes and a Redis of its own')(context);
    const { nodes, redis } = await ownCluster({ nodes: 1 });
    const url = nodes[0]?.target.httpUrl ?? '';
    await redis.kill();
    const stoppedAt = performance.now();
    await expect.poll(() => ask(`${url}/ready`), within(15)).toMatchObject({ status: 503, ready: false, reasons: reasons('broker') });
    expect(performance.now() - stoppedAt).toBeGreaterThan(4000);
    expect(await ask(`${url}/live`)).toMatchObject({ status: 200 });
    expect(await ask(`${url}/accept-traffic`)).toMatchObject({ status: 200 });
    await redis.launch();
    await expect.poll(() => ask(`${url}/ready`), within(15)).toMatchObject({ status: 200 });
  });
});
