import { describe, expect, it, vi } from 'vitest';
import { openTicket } from '../core/ticket.ts';
import { annsToken, createTestAuthRouter, pageOrigin } from '../testing/auth-router.ts';
import { identity } from '../testing/fake-tokens.ts';

const body = 'socket_id=1.2&channel_name=private-room';

describe('the hosted endpoints', () => {
  it.each([
    ['POST', '/auth/key/nothing', 404],
    ['POST', '/auth/key', 404],
    ['POST', '/auth/key/channel/', 404],
    ['POST', '/auth/nobody/channel', 404],
    ['POST', '/auth/__proto__/channel', 404],
    ['POST', '/auth/key/__proto__', 404],
    ['GET', '/auth/key/channel', 405],
    ['HEAD', '/auth/key/session', 405],
    ['DELETE', '/auth/key/ticket', 405],
  ])('answer %s %s with %i, in JSON', async (method, path, status) => {
    const { ask } = createTestAuthRouter();
    const response = await ask(path, { method, body });
    expect([response.status, JSON.parse(response.body)]).toEqual([status, { error: expect.stringMatching(/\S/) }]);
  });

  it('are below the prefix, too', async () => {
    const { ask } = createTestAuthRouter({ prefix: '/ws' });
    expect((await ask('/ws/auth/key/channel', { body })).status).toBe(200);
    expect((await ask('/auth/key/channel', { body })).status).toBe(200);
  });

  it('are never kept by a cache', async () => {
    const { ask } = createTestAuthRouter();
    expect((await ask('/auth/key/channel', { body })).headers).toMatchObject({ 'Cache-Control': 'no-store', Vary: 'Origin' });
    expect((await ask('/nowhere')).headers).toMatchObject({ 'Cache-Control': 'no-store', Vary: 'Origin' });
  });

  it('are for apps that take tokens', async () => {
    const { jwt: _jwt, ...app } = createTestAuthRouter().app;
    const { ask, engine } = createTestAuthRouter();
    const plain = createTestAuthRouter({ app: { keys: [{ key: 'other', secret: 's', status: 'active' }], enabled: false } });
    expect((await plain.ask('/auth/other/channel', { body })).status).toBe(403);
    Object.assign(engine.apps, { byKey: async () => app });
    expect((await ask('/auth/key/channel', { body })).status).toBe(404);
  });

  it('want TLS where the app does', async () => {
    const { ask } = createTestAuthRouter({ app: { tlsOnly: true } });
    expect((await ask('/auth/key/channel', { body })).status).toBe(200);
    for (const transport of ['plain', 'claimed'] as const) expect((await ask('/auth/key/channel', { body, transport })).status).toBe(403);
  });

  it('report the tokens that they refuse', async () => {
    const { ask, engine } = createTestAuthRouter();
    engine.recorder.take();
    await ask('/auth/key/channel', { body, authorization: 'Bearer unknown' });
    expect(engine.recorder.take()).toEqual([{ type: 'token_refused', appId: 'app', reason: 'signature' }]);
  });

  it('answer 500 for what is a bug', async () => {
    const { ask, engine } = createTestAuthRouter();
    Object.assign(engine.apps, { byKey: () => Promise.reject(new Error('no store')) });
    expect((await ask('/auth/key/channel', { body })).status).toBe(500);
    expect(engine.log.lines).toMatchObject([{ level: 'error', message: 'a request failed' }]);
  });
});

describe('the token of a caller', () => {
  it.each([
    ['', 'no token'],
    ['Bearer', 'no token'],
    ['Bearer ', 'no token'],
    [annsToken, 'no scheme'],
    [`Basic ${annsToken}`, 'another scheme'],
    [`Bearer ${annsToken} x`, 'two words'],
    [`Bearer ${annsToken};Path=/x`, 'characters of cookies'],
    ['Bearer unknown', 'an unknown one'],
  ])('is refused when the header is %j: %s', async (authorization) => {
    const { ask } = createTestAuthRouter();
    const response = await ask('/auth/key/channel', { body, authorization });
    expect([response.status, response.headers?.['WWW-Authenticate']]).toEqual([401, 'Bearer']);
  });

  it('may be written with any case of the scheme', async () => {
    const { ask } = createTestAuthRouter();
    expect((await ask('/auth/key/channel', { body, authorization: `bearer  ${annsToken}` })).status).toBe(200);
  });

  it('is refused when it was revoked', async () => {
    const { ask, engine } = createTestAuthRouter();
    Object.assign(engine.revoked, { has: () => true });
    expect((await ask('/auth/key/channel', { body })).status).toBe(401);
  });

  it('may be shown again when the keys were out of reach', async () => {
    const { ask, tokens } = createTestAuthRouter();
    tokens.known.set(annsToken, { reason: 'keys-unavailable', message: 'The keys cannot be had' });
    expect(await ask('/auth/key/channel', { body })).toMatchObject({ status: 503, headers: { 'Retry-After': '5' } });
  });
});

describe('a ticket', () => {
  it('opens to the token, for as long as the app says', async () => {
    const { ask, app, engine } = createTestAuthRouter({ prefix: '/ws', jwt: { ticketSeconds: 30 } });
    const { ticket, ws_path: path, expires_at: end } = JSON.parse((await ask('/auth/key/ticket')).body);
    expect(path).toBe(`/ws/t/${ticket}`);
    expect(end).toBe(engine.clock.now() / 1000 + 30);
    expect(openTicket(app, ticket, engine.clock.now() + 29_999)).toBe(annsToken);
    expect(openTicket(app, ticket, engine.clock.now() + 30_000)).toMatchObject({ reason: 'expired' });
  });

  it('does not outlive its token', async () => {
    const { ask, tokens, engine } = createTestAuthRouter();
    tokens.known.set(annsToken, identity('ann', { expiresAt: engine.clock.now() + 5000 }));
    expect(JSON.parse((await ask('/auth/key/ticket')).body).expires_at).toBe(engine.clock.now() / 1000 + 5);
  });

  it('is not issued where handshakes take none', async () => {
    expect((await createTestAuthRouter({ jwt: { sources: ['header'] } }).ask('/auth/key/ticket')).status).toBe(404);
    expect((await createTestAuthRouter({ jwt: { mode: 'off' } }).ask('/auth/key/ticket')).status).toBe(404);
  });
});

describe('the rates of the hosted endpoints', () => {
  it('hold per user, over all addresses', async () => {
    const { ask, engine, tokens } = createTestAuthRouter({ app: { limits: { authRequestsPerSecondPerUser: 2 } } });
    const remote = (limitedAs: string) => ({ remote: { address: limitedAs, isProxied: false, limitedAs } });
    tokens.known.set('ben', identity('ben'));
    for (const address of ['198.51.100.1', '198.51.100.2']) expect((await ask('/auth/key/channel', { body, ...remote(address) })).status).toBe(200);
    const refused = await ask('/auth/key/user', { body, ...remote('198.51.100.3') });
    expect(refused).toMatchObject({ status: 429, headers: { 'Retry-After': '1', 'Access-Control-Allow-Origin': pageOrigin } });
    expect((await ask('/auth/key/channel', { body, authorization: 'Bearer ben' })).status).toBe(200);
    expect(engine.counters.userAuthRequests).toBe(1);
  });

  it('hold per address, before any token is looked at', async () => {
    const { ask, engine, tokens } = createTestAuthRouter();
    const asked = vi.spyOn(tokens, 'verify');
    const perSecond = engine.limits.authRequestsPerSecondPerIp;
    const statuses: number[] = [];
    const evil = { authorization: 'Bearer guess', body };
    for (let index = 0; index <= perSecond; index += 1) statuses.push((await ask('/auth/key/channel', evil)).status);
    expect([statuses.at(0), statuses.at(-2), statuses.at(-1)]).toEqual([401, 401, 429]);
    expect([engine.counters.addressAuthRequests, asked.mock.calls.length]).toEqual([1, perSecond]);
    expect((await ask('/auth/nobody/channel', evil)).status).toBe(429);
    expect((await ask('/auth/key/channel', { ...evil, origin: 'https://evil.test' })).status).toBe(429);
    await engine.clock.advance(1000);
    expect((await ask('/auth/key/channel', evil)).status).toBe(401);
  });

  it('do not hold for a proxy that nobody has told us of', async () => {
    const { ask, engine } = createTestAuthRouter();
    const hidden = { remote: { address: '10.0.0.1', isProxied: false, limitedAs: undefined }, authorization: '', body };
    for (let index = 0; index <= 2 * engine.limits.authRequestsPerSecondPerIp; index += 1) {
      expect((await ask('/auth/key/channel', hidden)).status).toBe(401);
    }
  });
});
