import { describe, expect, it } from 'vitest';
import { createTestAuthRouter, pageOrigin } from '../testing/auth-router.ts';

const body = 'socket_id=1.2&channel_name=private-room';
const corsOf = (headers: Readonly<Record<string, string>> = {}) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('Access-Control-')));

describe('other origins', () => {
  it('may send what a preflight allows, when they are listed', async () => {
    const { ask } = createTestAuthRouter();
    const { status, headers } = await ask('/auth/key/session', { method: 'OPTIONS', authorization: '' });
    expect(status).toBe(200);
    expect(corsOf(headers)).toEqual({
      'Access-Control-Allow-Origin': pageOrigin,
      'Access-Control-Allow-Credentials': 'true',
      'Access-Control-Allow-Methods': 'POST, DELETE, OPTIONS',
      'Access-Control-Allow-Headers': expect.stringMatching(/Authorization, Content-Type, X-CSRF-Token/),
      'Access-Control-Max-Age': '7200',
    });
  });

  it('may read refusals, when they are listed', async () => {
    const { ask } = createTestAuthRouter();
    const { status, headers } = await ask('/auth/key/channel', { body, authorization: '' });
    expect([status, corsOf(headers)]).toEqual([401, { 'Access-Control-Allow-Origin': pageOrigin, 'Access-Control-Allow-Credentials': 'true' }]);
  });

  it.each([
    'https://evil.test',
    'http://page.test',
    'https://page.test:8443',
    'https://page.test.evil.test',
    'https://evilpage.test',
    'https://page.test@evil.test',
    'null',
    '*',
    'https://page.test, https://evil.test',
  ])('are refused and told nothing when they are %s', async (origin) => {
    const { ask, engine } = createTestAuthRouter();
    for (const method of ['OPTIONS', 'POST']) {
      const { status, headers } = await ask('/auth/key/channel', { method, body, origin });
      expect([status, corsOf(headers)]).toEqual([403, {}]);
    }
    expect(engine.counters.origin).toBe(2);
  });

  it('may all ask with tokens, and none with cookies, where every origin may connect', async () => {
    const { ask } = createTestAuthRouter({ origins: ['*'] });
    const { status, headers } = await ask('/auth/key/channel', { body, origin: 'https://anybody.test' });
    expect([status, corsOf(headers)]).toEqual([200, { 'Access-Control-Allow-Origin': '*' }]);
  });

  it('get no cookies into sandboxed frames', async () => {
    const { ask } = createTestAuthRouter({ origins: [pageOrigin, 'null'] });
    const { headers } = await ask('/auth/key/channel', { body, origin: 'null' });
    expect(corsOf(headers)).toEqual({ 'Access-Control-Allow-Origin': 'null' });
  });

  it('do not matter to those who send none', async () => {
    const { ask } = createTestAuthRouter();
    const { status, headers } = await ask('/auth/key/channel', { body, origin: '' });
    expect([status, corsOf(headers)]).toEqual([200, {}]);
  });
});
