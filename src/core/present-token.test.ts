import { describe, expect, it } from 'vitest';
import { settled } from '../testing/fake-clock.ts';
import { identity, jwtSettings } from '../testing/fake-tokens.ts';
import { testApp } from '../testing/test-app.ts';
import { createTestEngine, type TestEngine } from '../testing/test-engine.ts';
import type { TokenFault } from './identity.ts';
import type { JwtSettings } from './jwt-settings.ts';
import { obeyRevocation } from './revoke.ts';

const noKeys: TokenFault = { reason: 'keys-unavailable', message: 'no keys' };

function createEngine(jwt: Partial<JwtSettings> = {}): TestEngine {
  const engine = createTestEngine({ apps: [testApp({ jwt: jwtSettings(jwt) })] });
  engine.tokens.known.set('good', identity('u')).set('other', identity('v')).set('later', noKeys);
  return engine;
}

const signin = (token: string) => ({ event: 'pusher:signin', data: { token } });
const refresh = (token: string) => ({ event: 'clarion:refresh_token', data: { token } });

describe('a token in a message', () => {
  it.each([signin('good'), { event: 'pusher:signin', data: { auth: 'Bearer good', user_data: '' } }])('signs its user in: %j', async (message) => {
    const client = await createEngine().connect();
    client.say(message);
    expect(client.heard()).toEqual([{ event: 'pusher:signin_success', data: { user_data: '{"id":"u","user_info":{"from":"token"}}' } }]);
    expect(client.connection.user?.member.userId).toBe('u');
  });

  it('ends the connection with 4009 when it is not valid', async () => {
    const client = await createEngine().connect();
    client.say(signin('bad'));
    expect(client.socket.ended).toEqual({ code: 4009, reason: 'The token is not accepted: The signature is wrong' });
  });

  it('holds the connection and sends it back when the keys are out of reach', async () => {
    const engine = createEngine();
    const client = await engine.connect();
    client.say(signin('later'));
    client.say({ event: 'pusher:ping' });
    for (let second = 0; second < 7; second += 1) {
      expect(client.heard()).toEqual([]);
      engine.tick();
      if (client.socket.ended !== undefined) break;
    }
    expect(client.socket.ended?.code).toBe(4100);
  });

  it.each([{ mode: 'off' }, { sources: ['header'] }] as const)('is refused where none is taken: %j', async (jwt) => {
    const client = await createEngine(jwt).connect();
    client.say(signin('good'));
    expect(client.heard()).toMatchObject([{ event: 'pusher:error', data: { code: null } }]);
    expect(client.socket.ended).toBeUndefined();
  });

  it('is refused on a connection of somebody else', async () => {
    const client = await createEngine().connect();
    await client.signIn({ id: 'v' });
    client.heard();
    client.say(signin('good'));
    expect(client.heard()).toMatchObject([{ event: 'pusher:error', data: { message: expect.stringContaining('another user') } }]);
    expect(client.connection.identity).toBeUndefined();
  });

  it('is nothing to a connection that closed meanwhile', async () => {
    const engine = createEngine();
    const answer = engine.tokens.slow('slow');
    const client = await engine.connect();
    client.say(signin('slow'));
    await client.disconnect();
    await answer(identity('u'));
    expect(engine.hub.channels.size).toBe(0);
    expect(engine.log.lines).toEqual([]);
  });
});

describe('a token that is revoked', () => {
  it('in the moment between its verification and its use is refused', async () => {
    const engine = createEngine();
    const verified = Promise.resolve(identity('u'));
    engine.tokens.pending.set('slow', verified);
    const client = await engine.connect();
    client.say(signin('slow'));
    const { endsAt, issuedUntil } = { issuedUntil: engine.clock.now(), endsAt: engine.clock.now() + 1000 };
    await verified.then(() => obeyRevocation(engine, { type: 'user', appId: 'app', userId: 'u', issuedUntil, endsAt }));
    await settled();
    expect(client.connection.identity).toBeUndefined();
    expect(client.socket.ended).toEqual({ code: 4009, reason: 'The token is not accepted: The token was revoked' });
  });
});

describe('the next token', () => {
  async function connected(engine: TestEngine) {
    const client = await engine.connect();
    client.say(signin('good'));
    client.heard();
    return client;
  }

  it('may be one of the same user', async () => {
    const engine = createEngine();
    const client = await connected(engine);
    engine.tokens.known.set('next', identity('u', { tokenId: 'next' }));
    client.say(refresh('next'));
    expect(client.heard()).toMatchObject([{ event: 'clarion:token_refreshed' }]);
    expect(client.connection.identity?.tokenId).toBe('next');
  });

  it.each(['other', 'bad', 'later'])('leaves the connection with the one it has when it is %j', async (token) => {
    const client = await connected(createEngine());
    const { identity: before } = client.connection;
    client.say(refresh(token));
    expect(client.heard()).toMatchObject([{ event: 'pusher:error', data: { code: null } }]);
    expect(client.connection.identity).toBe(before);
    expect(client.socket.ended).toBeUndefined();
  });

  it('may not come too often from the connections of one user', async () => {
    const engine = createTestEngine({ apps: [testApp({ jwt: jwtSettings(), limits: { authRequestsPerSecondPerUser: 2 } })] });
    engine.tokens.known.set('good', identity('u'));
    const clients = [await connected(engine), await connected(engine), await connected(engine)];
    for (const client of clients) client.say(refresh('good'));
    expect(clients.flatMap((client) => client.heard())).toMatchObject([
      { event: 'clarion:token_refreshed' },
      { event: 'clarion:token_refreshed' },
      { event: 'pusher:error', data: { code: 4301 } },
    ]);
    expect(engine.counters.userAuthRequests).toBe(1);
  });

  it('is looked at after the one before it', async () => {
    const engine = createEngine();
    const answers = [engine.tokens.slow('first'), engine.tokens.slow('second')];
    const client = await connected(engine);
    client.say(refresh('first'));
    client.say(refresh('second'));
    await answers[1]?.(identity('u', { tokenId: 'second' }));
    await answers[0]?.(identity('u', { tokenId: 'first' }));
    expect(client.connection.identity?.tokenId).toBe('second');
  });

  it('changes nothing for a backend signature of the same user, and of another one nothing is taken', async () => {
    const client = await connected(createEngine());
    await client.signIn({ id: 'u' });
    expect(client.heard()).toMatchObject([{ event: 'pusher:signin_success' }]);
    await client.signIn({ id: 'v' });
    expect(client.heard()).toMatchObject([{ event: 'pusher:error', data: { message: expect.stringContaining('another user') } }]);
    expect(client.connection.user?.member.userId).toBe('u');
  });
});
