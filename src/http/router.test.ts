import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BrokerUnavailable } from '../core/ports.ts';
import { assertAsyncProperty } from '../testing/assert-property.ts';
import { healthy } from '../testing/healthy.ts';
import { signedRequest } from '../testing/signed-request.ts';
import { testApp } from '../testing/test-app.ts';
import { createTestEngine, type TestEngineOptions } from '../testing/test-engine.ts';
import type { HttpRequest } from './message.ts';
import { createRouter } from './router.ts';

function createApi(options: TestEngineOptions = {}, prefix = '') {
  const engine = createTestEngine(options);
  return { engine, handle: createRouter({ engine, prefix, health: healthy }) };
}

const plain = (method: string, path: string): HttpRequest => ({ method, path, query: '', idempotencyKey: '', body: Buffer.alloc(0) });
const event = { name: 'e', data: 'd', channel: 'room' };

describe('the router', () => {
  it('answers the health paths without a signature', async () => {
    const { handle } = createApi();
    expect(await handle(plain('GET', '/up'))).toEqual({ status: 200, body: '{"health":"OK"}' });
    expect((await handle(plain('GET', '/live'))).status).toBe(200);
    expect((await handle(plain('HEAD', '/ready'))).status).toBe(200);
    expect(await handle(plain('POST', '/up'))).toMatchObject({ status: 405, headers: { Allow: 'GET' } });
  });

  it.each([
    ['GET', '/', 404],
    ['GET', '/nothing', 404],
    ['GET', '/apps/app/events', 405],
    ['POST', '/pusher/app/key/1/2/xhr_streaming', 404],
    ['GET', '/apps/app/channels', 401],
    ['GET', '/apps/nobody/channels', 404],
    ['POST', '/users/a/terminate_connections', 401],
  ])('answers an unsigned %s %s with %i, in JSON', async (method, path, status) => {
    const { handle } = createApi();
    const response = await handle(plain(method, path));
    expect(response.status).toBe(status);
    expect(JSON.parse(response.body)).toEqual({ error: expect.stringMatching(/\S/) });
  });

  it('names the verb that a path takes', async () => {
    const { handle } = createApi();
    expect((await handle(plain('PUT', '/apps/app/events'))).headers).toEqual({ Allow: 'POST' });
  });

  it('refuses the key of another app', async () => {
    const other = testApp({ id: 'other', keys: [{ key: 'k2', secret: 's2', status: 'active' }] });
    const { handle } = createApi({ apps: [testApp(), other] });
    expect((await handle(signedRequest('/apps/app/channels', { key: 'k2', secret: 's2' }))).status).toBe(401);
    expect((await handle(signedRequest('/apps/other/channels', { key: 'k2', secret: 's2' }))).status).toBe(200);
  });

  it('answers a disabled app with 403, but only to those who can sign', async () => {
    const { handle } = createApi({ apps: [testApp({ enabled: false })] });
    expect((await handle(signedRequest('/apps/app/channels'))).status).toBe(403);
    expect((await handle(signedRequest('/apps/app/channels', { secret: 'wrong' }))).status).toBe(401);
  });

  it('serves numeric app ids', async () => {
    const { handle } = createApi({ apps: [testApp({ id: '42' })] });
    expect((await handle(signedRequest('/apps/42/channels'))).status).toBe(200);
  });

  it.each([
    ['/ws/apps/app/events', '/ws/apps/app/events'],
    ['/ws/apps/app/events', '/apps/app/events'],
    ['/apps/app/events', '/apps/app/events'],
    ['/apps/app/events', '/ws/apps/app/events'],
  ])('with a prefix serves %s that was signed as %s', async (path, signedPath) => {
    const { handle } = createApi({}, '/ws');
    expect(await handle(signedRequest(path, { body: event, signedPath }))).toEqual({ status: 200, body: '{}' });
  });

  it.each(['/other/apps/app/events', '/wsapps/app/events', '/ws/ws/apps/app/events'])('with a prefix does not serve %s', async (path) => {
    const { handle } = createApi({}, '/ws');
    expect((await handle(signedRequest(path, { body: event }))).status).toBe(404);
  });

  it('without a prefix refuses a signature that has one', async () => {
    const { handle } = createApi();
    expect((await handle(signedRequest('/apps/app/events', { body: event, signedPath: '/ws/apps/app/events' }))).status).toBe(401);
  });

  it('accepts a path that was signed before it was encoded', async () => {
    const { handle } = createApi();
    const path = '/apps/app/users/a%20b/terminate_connections';
    for (const signedPath of [path, '/apps/app/users/a b/terminate_connections']) {
      expect(await handle(signedRequest(path, { method: 'POST', signedPath }))).toEqual({ status: 200, body: '{}' });
    }
  });

  it('finds the app of a terminate without app by its key', async () => {
    const { engine, handle } = createApi();
    const client = await engine.connect();
    await client.signIn({ id: 'a' });
    expect(await handle(signedRequest('/users/a/terminate_connections', { method: 'POST' }))).toEqual({ status: 200, body: '{}' });
    expect(client.socket.ended?.code).toBe(4009);
  });

  it('answers 503 when the broker does not confirm', async () => {
    const publish = async () => {
      throw new BrokerUnavailable('away');
    };
    const { engine, handle } = createApi({ replace: () => ({ broker: { outageMilliseconds: () => 5000, relay: async () => {}, publish } }) });
    expect((await handle(signedRequest('/apps/app/events', { body: event }))).status).toBe(503);
    expect(engine.log.lines).toEqual([]);
  });

  it('answers 500 to a failure of the server, logs it, and goes on', async () => {
    const { engine, handle } = createApi({
      replace: ({ registry }) => ({
        registry: Object.assign(Object.create(registry), { list: async () => Promise.reject(new Error('a bug with details')) }),
      }),
    });
    const response = await handle(signedRequest('/apps/app/channels'));
    expect(response).toEqual({ status: 500, body: '{"error":"Internal server error"}' });
    expect(engine.log.lines).toMatchObject([{ level: 'error', message: 'a request failed' }]);
    expect((await handle(plain('GET', '/up'))).status).toBe(200);
  });

  it('answers every request, whatever it holds', async () => {
    const part = fc.oneof(fc.constantFrom('apps', 'app', 'users', 'channels', 'events', 'a', '%'), fc.string({ unit: 'binary' }));
    const request = fc.record({
      method: fc.constantFrom('GET', 'POST', 'HEAD', 'PUT', ''),
      path: fc.array(part).map((parts) => `/${parts.join('/')}`),
      query: fc.string({ unit: 'binary' }),
      idempotencyKey: fc.string(),
      body: fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    });
    const { engine, handle } = createApi();
    await assertAsyncProperty(
      fc.asyncProperty(request, async (any) => {
        const { status, body } = await handle(any);
        expect(status).toBeGreaterThanOrEqual(200);
        expect(() => JSON.parse(body)).not.toThrow();
        expect(engine.log.lines).toEqual([]);
      }),
      500,
    );
  });

  it('answers every signed event, whatever its body holds', async () => {
    const { engine, handle } = createApi();
    const body = fc.oneof(
      fc.json(),
      fc.string({ unit: 'grapheme' }),
      fc.record(
        { name: fc.jsonValue(), data: fc.jsonValue(), channels: fc.jsonValue(), info: fc.jsonValue(), idempotency_key: fc.jsonValue() },
        { requiredKeys: [], noNullPrototype: true },
      ),
      fc.record({ batch: fc.jsonValue() }),
    );
    await assertAsyncProperty(
      fc.asyncProperty(fc.constantFrom('events', 'batch_events'), body, async (path, any) => {
        const { status, body: answer } = await handle(signedRequest(`/apps/app/${path}`, { method: 'POST', body: any }));
        expect([200, 400, 409, 413]).toContain(status);
        expect(() => JSON.parse(answer)).not.toThrow();
        expect(engine.log.lines).toEqual([]);
      }),
      500,
    );
  });
});
