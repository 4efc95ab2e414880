import { createDecipheriv } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { annsToken, createTestAuthRouter, pageOrigin, sessionHeaders } from '../testing/auth-router.ts';
import { identity } from '../testing/fake-tokens.ts';

const body = 'socket_id=1.2&channel_name=private-room';

/** An app, and a page of it that has a session. */
async function startSession(options: Parameters<typeof createTestAuthRouter>[0] = {}) {
  const router = createTestAuthRouter(options);
  const started = await router.ask('/auth/key/session');
  return { ...router, started, session: sessionHeaders(started) };
}

describe('a session', () => {
  it('keeps the token where script cannot read it', async () => {
    const { started, engine } = await startSession({ jwt: { sessionSeconds: 600 } });
    const [session, csrf] = started.cookies ?? [];
    const token = JSON.parse(started.body).csrf_token;
    expect(session).toBe(`__Host-clarion=${annsToken}; Path=/; Max-Age=600; Secure; SameSite=Strict; HttpOnly`);
    expect(csrf).toBe(`__Host-clarion-csrf=${token}; Path=/; Max-Age=600; Secure; SameSite=Strict`);
    expect(JSON.parse(started.body).expires_at).toBe(engine.clock.now() / 1000 + 600);
  });

  it('lives no longer than its token', async () => {
    const { ask, tokens, engine } = createTestAuthRouter();
    tokens.known.set(annsToken, identity('ann', { expiresAt: engine.clock.now() + 90_500 }));
    expect((await ask('/auth/key/session')).cookies?.[0]).toContain('Max-Age=90;');
  });

  it('stays encrypted where cookies are', async () => {
    const key = Buffer.alloc(32, 3);
    const cookie = { name: '__Host-clarion', encryptionKey: key.toString('base64') };
    const { started } = await startSession({ jwt: { cookie } });
    const [header = '', encrypted, nonce = '', sealed = '', tag = ''] = /=([^;]*)/.exec(started.cookies?.[0] ?? '')?.[1]?.split('.') ?? [];
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64url'));
    decipher.setAAD(Buffer.from(header)).setAuthTag(Buffer.from(tag, 'base64url'));
    expect(encrypted).toBe('');
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({ alg: 'dir', enc: 'A256GCM', cty: 'JWT' });
    expect(decipher.update(sealed, 'base64url', 'utf8') + decipher.final('utf8')).toBe(annsToken);
  });

  it('authorises channels', async () => {
    const { ask, session } = await startSession();
    expect((await ask('/auth/key/channel', { ...session, body })).status).toBe(200);
  });

  it.each([
    ['without a CSRF token', { csrfToken: '' }],
    ['with a wrong CSRF token', { csrfToken: 'A'.repeat(43) }],
    ['without the cookie of the CSRF token', { cookie: `__Host-clarion=${annsToken}` }],
    ['without an origin', { origin: '' }],
    ['from a sandboxed frame', { origin: 'null' }],
  ])('authorises nothing %s', async (_how, change) => {
    const { ask, session } = await startSession({ origins: [pageOrigin, 'null'] });
    expect((await ask('/auth/key/channel', { ...session, ...change, body })).status).toBe(403);
    expect((await ask('/auth/key/session', { ...session, ...change, method: 'DELETE' })).status).toBe(403);
  });

  it('takes no CSRF token of another session, even when both its places have been planted', async () => {
    const { ask, tokens, session } = await startSession();
    tokens.known.set('head.eve.signature', identity('eve'));
    const evil = sessionHeaders(await ask('/auth/key/session', { authorization: 'Bearer head.eve.signature' }));
    const cookie = `__Host-clarion=${annsToken}; __Host-clarion-csrf=${evil.csrfToken}`;
    expect((await ask('/auth/key/channel', { ...session, cookie, csrfToken: evil.csrfToken ?? '', body })).status).toBe(403);
  });

  it('is none when its cookie comes twice', async () => {
    const { ask, session } = await startSession();
    expect((await ask('/auth/key/channel', { ...session, cookie: `${session.cookie}; __Host-clarion=x`, body })).status).toBe(401);
  });

  it('authorises nothing where every origin may ask, or cookies are no source', async () => {
    const { session } = await startSession();
    const open = createTestAuthRouter({ origins: ['*'] });
    const deaf = createTestAuthRouter({ jwt: { sources: ['header'] } });
    expect((await open.ask('/auth/key/channel', { ...session, body })).status).toBe(403);
    expect((await deaf.ask('/auth/key/channel', { ...session, body })).status).toBe(401);
    expect((await deaf.ask('/auth/key/session')).status).toBe(404);
  });

  it('tells a page that was loaded anew its CSRF token', async () => {
    const { ask, session } = await startSession();
    const again = await ask('/auth/key/session', { ...session, csrfToken: '' });
    expect(JSON.parse(again.body).csrf_token).toBe(session.csrfToken);
    expect(again.cookies).toEqual([expect.stringMatching(/^__Host-clarion-csrf=/)]);
    expect((await ask('/auth/key/session', { ...session, origin: 'https://evil.test' })).status).toBe(403);
    expect((await ask('/auth/key/session', { ...session, origin: '' })).status).toBe(403);
  });

  it('goes on while its secret is rotated', async () => {
    const { session } = await startSession();
    const keys = [
      { key: 'key', secret: 'secret', status: 'verify-only' as const },
      { key: 'next', secret: 'other', status: 'active' as const },
    ];
    const rotated = createTestAuthRouter({ app: { keys } });
    expect((await rotated.ask('/auth/key/channel', { ...session, body })).status).toBe(200);
    const revoked = createTestAuthRouter({ app: { keys: keys.slice(1) } });
    expect((await revoked.ask('/auth/next/channel', { ...session, body })).status).toBe(403);
  });

  it('ends with both cookies, also when the token has ended before', async () => {
    const { ask, tokens, session } = await startSession();
    tokens.known.clear();
    const { status, cookies } = await ask('/auth/key/session', { ...session, method: 'DELETE' });
    expect([status, cookies]).toEqual([
      200,
      ['__Host-clarion=; Path=/; Max-Age=0; Secure; SameSite=Strict; HttpOnly', '__Host-clarion-csrf=; Path=/; Max-Age=0; Secure; SameSite=Strict'],
    ]);
  });

  it('is not made under a name that other hosts could set', async () => {
    const cookie = { name: 'token' };
    const { ask } = createTestAuthRouter({ jwt: { cookie } });
    expect((await ask('/auth/key/session')).status).toBe(404);
    const own = { authorization: '', cookie: `token=${annsToken}` };
    const { csrf_token: csrfToken } = JSON.parse((await ask('/auth/key/session', own)).body);
    const proven = { ...own, cookie: `${own.cookie}; __Host-token-csrf=${csrfToken}`, csrfToken };
    expect((await ask('/auth/key/channel', { ...proven, body })).status).toBe(200);
    expect((await ask('/auth/key/session', { ...proven, method: 'DELETE' })).status).toBe(404);
  });

  it('is not made of a token that no browser would keep', async () => {
    const { ask, tokens } = createTestAuthRouter();
    const long = `head.${'x'.repeat(4096)}.signature`;
    tokens.known.set(long, identity('ann'));
    expect((await ask('/auth/key/session', { authorization: `Bearer ${long}` })).status).toBe(413);
  });
});
