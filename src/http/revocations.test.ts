import { describe, expect, it } from 'vitest';
import { BrokerUnavailable } from '../core/ports.ts';
import { identity, jwtSettings } from '../testing/fake-tokens.ts';
import { healthy } from '../testing/healthy.ts';
import { signedRequest } from '../testing/signed-request.ts';
import { testApp } from '../testing/test-app.ts';
import { createTestEngine, type TestEngineOptions } from '../testing/test-engine.ts';
import { createRouter } from './router.ts';

const start = 1_700_000_000;
const app = testApp({ jwt: jwtSettings({ maxLifetimeSeconds: 1000, toleranceSeconds: 60, graceSeconds: 10 }) });

function createApi(options: TestEngineOptions = {}) {
  const engine = createTestEngine({ apps: [app], ...options });
  const handle = createRouter({ engine, prefix: '', health: healthy });
  return { engine, post: (body: unknown) => handle(signedRequest('/apps/app/revocations', { method: 'POST', body: JSON.stringify(body) })) };
}

describe('POST revocations', () => {
  it.each(['u', '__proto__', 'é/"'])('revokes what user %j was issued until now, for as long as any such token can live', async (id) => {
    const { engine, post } = createApi();
    expect(await post({ user_id: id })).toEqual({ status: 200, body: `{"expires_at":${start + 1070}}` });
    expect(engine.revoked.has('app', identity(id, { issuedAt: start * 1000 }))).toBe(true);
    expect(engine.revoked.has('app', identity(id, { issuedAt: (start + 1) * 1000 }))).toBe(false);
  });

  it('takes a number for an id, and may be repeated', async () => {
    const { engine, post } = createApi();
    for (let attempt = 0; attempt < 3; attempt += 1) expect((await post({ user_id: 7 })).status).toBe(200);
    expect([...engine.revoked.all()]).toMatchObject([{ userId: '7' }]);
  });

  it('revokes one token, for as long as it is told', async () => {
    const { engine, post } = createApi();
    expect(await post({ token_id: 't', expires_at: start + 5 })).toEqual({ status: 200, body: `{"expires_at":${start + 5}}` });
    expect(engine.revoked.has('app', identity('u', { tokenId: 't' }))).toBe(true);
    await engine.clock.advance(5000);
    expect(engine.revoked.has('app', identity('u', { tokenId: 't' }))).toBe(false);
  });

  it('keeps nothing for longer than a token can live', async () => {
    expect((await createApi().post({ token_id: 't', expires_at: start + 1e12 })).body).toBe(`{"expires_at":${start + 1070}}`);
  });

  it.each([
    null,
    [],
    {},
    { user_id: 'u', token_id: 't' },
    { user_id: '' },
    { user_id: 'x'.repeat(129) },
    { user_id: null },
    { user_id: 1.5 },
    { user_id: '\ud800' },
    { token_id: 7 },
    { token_id: '' },
    { token_id: 'x'.repeat(257) },
    { user_id: 'u', expires_at: start },
    { user_id: 'u', expires_at: 'tomorrow' },
    { user_id: 'u', expires_at: -1 },
  ])('refuses %j', async (body) => {
    const { engine, post } = createApi();
    expect((await post(body)).status).toBe(400);
    expect([...engine.revoked.all()]).toEqual([]);
  });

  it('is refused for an app that takes no tokens', async () => {
    expect(await createApi({ apps: [testApp()] }).post({ user_id: 'u' })).toEqual({
      status: 400,
      body: '{"error":"This application takes no tokens"}',
    });
  });

  it('says when there is no room, and when it is not known whether it was kept', async () => {
    const { engine, post } = createApi();
    engine.revoked.hasRoom = () => false;
    expect((await post({ user_id: 'u' })).status).toBe(503);
    const away = createApi({ replace: () => ({ revocations: { revoke: () => Promise.reject(new BrokerUnavailable('away')) } }) });
    expect((await away.post({ user_id: 'u' })).status).toBe(503);
  });
});
