import { describe, expect, it } from 'vitest';
import { healthy } from '../testing/healthy.ts';
import { signedRequest } from '../testing/signed-request.ts';
import { createTestEngine } from '../testing/test-engine.ts';
import { createRouter } from './router.ts';

function createApi() {
  const engine = createTestEngine();
  return { engine, handle: createRouter({ engine, prefix: '', health: healthy }) };
}

describe('POST users/ID/terminate_connections', () => {
  it.each(['a', 'a b', 'a/b', 'é', '__proto__', '100%'])('closes the connections signed in as %j', async (id) => {
    const { engine, handle } = createApi();
    const client = await engine.connect();
    await client.signIn({ id });
    const path = `/apps/app/users/${encodeURIComponent(id)}/terminate_connections`;
    expect(await handle(signedRequest(path, { method: 'POST', body: '{}' }))).toEqual({ status: 200, body: '{}' });
    expect(client.socket.ended?.code).toBe(4009);
  });

  it('needs no body, and does not mind one', async () => {
    const { handle } = createApi();
    for (const body of ['', '{}', 'anything']) {
      expect((await handle(signedRequest('/apps/app/users/a/terminate_connections', { method: 'POST', body }))).status).toBe(200);
    }
  });

  it('refuses an id that is too long or empty', async () => {
    const { handle } = createApi();
    for (const id of ['x'.repeat(129), '']) {
      expect((await handle(signedRequest(`/apps/app/users/${id}/terminate_connections`, { method: 'POST' }))).status).toBe(400);
    }
  });
});

describe('GET connections', () => {
  it('counts the open connections of the app', async () => {
    const { engine, handle } = createApi();
    expect((await handle(signedRequest('/apps/app/connections'))).body).toBe('{"connections":0}');
    const [client] = [await engine.connect(), await engine.connect()];
    expect(await handle(signedRequest('/apps/app/connections'))).toEqual({ status: 200, body: '{"connections":2}' });
    await client.disconnect();
    expect((await handle(signedRequest('/apps/app/connections'))).body).toBe('{"connections":1}');
  });
});
