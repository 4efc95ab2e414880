import { describe, expect, it } from 'vitest';
import { identity, jwtSettings } from '../testing/fake-tokens.ts';
import { testApp } from '../testing/test-app.ts';
import { createTestEngine, type TestEngine } from '../testing/test-engine.ts';
import type { Handshake } from './admit.ts';
import type { App } from './app.ts';
import type { Credentials } from './credentials.ts';
import { parseOriginPattern } from './origin.ts';

function createEngine(app: Partial<App>): TestEngine {
  const engine = createTestEngine({ apps: [testApp(app)] });
  engine.tokens.known.set('good', identity('u'));
  return engine;
}

function bring(credentials: Partial<Credentials>): Partial<Handshake> {
  return { credentials: { authorization: '', cookie: '', protocols: '', query: '', ticket: '', ...credentials } };
}

const good = bring({ authorization: 'Bearer good' });

describe('a handshake with a token', () => {
  it.each(['optional', 'required'] as const)('becomes a connection of its user, where tokens are %s', async (mode) => {
    const engine = createEngine({ jwt: jwtSettings({ mode }) });
    const client = await engine.connect('key', good);
    expect(client.connection).toMatchObject({ isAuthorized: true, awaited: undefined });
    expect(client.connection.user?.member).toEqual({ userId: 'u', userInfo: '{"from":"token"}' });
    expect(engine.hub.channels.has('app/#server-to-user-u')).toBe(true);
    expect(engine.recorder.of('signed_in')).toMatchObject([{ userId: 'u' }]);
  });

  it('is told nothing that stock clients do not expect', async () => {
    const engine = createEngine({ jwt: jwtSettings() });
    expect((await engine.connect('key', good)).socket.frames).toHaveLength(1);
  });

  it('brings nothing where tokens are off', async () => {
    for (const engine of [createEngine({}), createEngine({ jwt: jwtSettings({ mode: 'off' }) })]) {
      expect((await engine.connect('key', good)).connection.identity).toBeUndefined();
    }
  });

  it('is refused with 4009 when the token is not valid, whether one is needed or not', async () => {
    for (const mode of ['optional', 'required'] as const) {
      const engine = createEngine({ jwt: jwtSettings({ mode }) });
      await expect(engine.connect('key', bring({ query: 'bad' }))).rejects.toThrow(
        '"code":4009,"message":"The token is not accepted: The signature is wrong"',
      );
      expect(engine.recorder.of('token_refused')).toEqual([{ type: 'token_refused', appId: 'app', reason: 'signature' }]);
      expect(await engine.quota.count('app')).toBe(0);
    }
  });

  it('is held, and told to come back, when the keys are out of reach', async () => {
    const engine = createEngine({ jwt: jwtSettings() });
    engine.tokens.known.set('later', { reason: 'keys-unavailable', message: 'no keys' });
    await expect(engine.connect('key', bring({ query: 'later' }))).rejects.toThrow('the connection was refused: ');
    expect(engine.recorder.of('connection_refused')).toEqual([]);
    for (let second = 0; second < 7; second += 1) engine.tick();
    expect(engine.recorder.of('connection_refused')).toMatchObject([{ code: 4100 }]);
  });
});

describe('a handshake without a token', () => {
  it('stays nobody where tokens are optional', async () => {
    const client = await createEngine({ jwt: jwtSettings() }).connect();
    expect(client.connection).toMatchObject({ identity: undefined, user: undefined, awaited: undefined });
  });

  it('is refused with 4009 where they are required and cannot come later', async () => {
    const engine = createEngine({ jwt: jwtSettings({ mode: 'required', sources: ['header'] }) });
    await expect(engine.connect()).rejects.toThrow('"code":4009');
    expect(engine.recorder.of('token_refused')).toMatchObject([{ reason: 'missing' }]);
  });
});

describe('a handshake with a cookie', () => {
  const allowedOrigins = { patterns: ['https://app.example', '*'].flatMap((text) => parseOriginPattern(text) ?? []), allowsMissing: true };
  const cookie = bring({ cookie: '__Host-clarion=good' });

  it('is accepted from an origin that is named', async () => {
    const engine = createEngine({ jwt: jwtSettings(), allowedOrigins });
    expect((await engine.connect('key', { ...cookie, origin: 'https://app.example' })).connection.user?.member.userId).toBe('u');
  });

  it.each([undefined, 'null', 'https://evil.example'])('is refused from the origin %j, though others may come from there', async (origin) => {
    const engine = createEngine({ jwt: jwtSettings(), allowedOrigins });
    await expect(engine.connect('key', { ...cookie, origin })).rejects.toThrow('Origin is not allowed');
    expect((await engine.connect('key', { ...good, origin })).connection.user?.member.userId).toBe('u');
  });

  it('is refused where no origins are named', async () => {
    const engine = createEngine({ jwt: jwtSettings() });
    await expect(engine.connect('key', { ...cookie, origin: 'https://app.example' })).rejects.toThrow('Origin is not allowed');
  });
});
