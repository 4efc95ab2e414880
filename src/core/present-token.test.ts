import { describe, expect, it } from 'vitest';
import { settled } from '../testing/fake-clock.ts';
import { identity, jwtSettings } from '../testing/fake-tokens.ts';
import { testApp } from '../testing/test-app.ts';
import { createTestEngine, type TestEngine } from '../testing/test-engine.ts';
import type { Identity, TokenFault } from './identity.ts';
import type { JwtSettings } from './jwt-settings.ts';

const noKeys: TokenFault = { reason: 'keys-unavailable', message: 'no keys' };

function createEngine(jwt: Partial<JwtSettings> = {}): TestEngine {
  const engine = createTestEngine({ apps: [testApp({ jwt: jwtSettings(jwt) })] });
  engine.tokens.known.set('good', identity('u')).set('other', identity('v')).set('later', noKeys);
  return engine;
}

/** Answers for a token whose verification takes its time. */
function slow(engine: TestEngine, token: string): (result: Identity | TokenFault) => Promise<void> {
  let answer: (result: Identity | TokenFault) => void = () => {};
  engine.tokens.pending.set(
    token,
    new Promise((resolve) => {
      answer = resolve;
    }),
  );
  return async (result) => {
    answer(result);
    await settled();
  };
}

const signin = (token: string) => ({ event: 'pusher:signin', data: { token } });
const refresh = (token: string) => ({ event: 'clarion:refresh_token', data: { token } });
const subscribe = (channel: string) => ({ event: 'pusher:subscribe', data: { channel } });

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
    const answer = slow(engine, 'slow');
    const client = await engine.connect();
    client.say(signin('slow'));
    await client.disconnect();
    await answer(identity('u'));
    expect(engine.hub.channels.size).toBe(0);
    expect(engine.log.lines).toEqual([]);
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
    const answers = [slow(engine, 'first'), slow(engine, 'second')];
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

describe('a connection whose token is still to come', () => {
  const required = { mode: 'required', signinTimeoutSeconds: 5 } as const;

  it('may ping, and nothing else', async () => {
    const client = await createEngine(required).connect();
    client.say({ event: 'pusher:ping', data: {} });
    expect(client.heard()).toMatchObject([{ event: 'pusher:pong' }]);
    client.say(subscribe('public'));
    expect(client.heard()).toMatchObject([{ event: 'pusher:subscription_error', channel: 'public', data: { type: 'AuthError', status: 401 } }]);
    await client.signIn({ id: 'u' });
    client.say({ event: 'client-x', channel: 'private-x', data: {} });
    client.say('{');
    expect(client.heard().map(({ data }) => data)).toEqual(
      Array.from({ length: 3 }, () => ({ code: null, message: 'The token of this connection has to come first' })),
    );
    expect(client.connection).toMatchObject({ user: undefined, isAuthorized: false });
  });

  it('is an ordinary one from the token on', async () => {
    const engine = createEngine(required);
    const client = await engine.connect();
    client.say(signin('good'));
    client.say(subscribe('public'));
    expect(client.heard()).toMatchObject([{ event: 'pusher:signin_success' }, { event: 'pusher_internal:subscription_succeeded' }]);
    for (let second = 0; second < 20; second += 1) engine.tick();
    expect(client.socket.ended).toBeUndefined();
  });

  it('is heard, in order, for what it said while the token was looked at', async () => {
    const engine = createEngine(required);
    const answer = slow(engine, 'slow');
    const client = await engine.connect();
    for (const message of [signin('slow'), subscribe('a'), subscribe('b'), { event: 'pusher:ping' }]) client.say(message);
    expect(client.heard()).toEqual([]);
    await answer(identity('u'));
    expect(client.heard().map(({ event, channel }) => channel ?? event)).toEqual(['pusher:signin_success', 'a', 'b', 'pusher:pong']);
  });

  it('is heard for no more than 16 KB of it', async () => {
    const engine = createEngine(required);
    slow(engine, 'slow');
    const client = await engine.connect();
    client.say(signin('slow'));
    for (let message = 0; message < 5; message += 1) client.say(subscribe('x'.repeat(4000)));
    expect(client.heard()).toMatchObject([{ event: 'pusher:error', data: { message: 'Too much was said before the token was verified' } }]);
  });

  it('is closed with 1009 for a message that is larger than any token', async () => {
    const client = await createEngine(required).connect();
    client.say(signin('x'.repeat(9300)));
    expect(client.socket.ended?.code).toBe(1009);
  });

  it('is closed with 4009 when the token is not valid, or not there in time', async () => {
    const engine = createEngine(required);
    const [wrong, late] = [await engine.connect(), await engine.connect()];
    wrong.say(signin('bad'));
    expect(wrong.socket.ended?.code).toBe(4009);
    for (let second = 0; second < 5; second += 1) engine.tick();
    expect(late.socket.ended).toBeUndefined();
    engine.tick();
    expect(late.socket.ended).toEqual({ code: 4009, reason: 'Connection not authorized within timeout' });
  });

  it('is not ended while the token that came in time is looked at', async () => {
    const engine = createEngine(required);
    const answer = slow(engine, 'slow');
    const client = await engine.connect();
    client.say(signin('slow'));
    for (let second = 0; second < 10; second += 1) engine.tick();
    expect(client.socket.ended).toBeUndefined();
    await answer(identity('u'));
    expect(client.connection.user?.member.userId).toBe('u');
  });

  it('is sent back, not away, when the keys are out of reach, however short its time', async () => {
    const engine = createEngine({ ...required, signinTimeoutSeconds: 1 });
    const client = await engine.connect();
    client.say(signin('later'));
    for (let second = 0; second < 8; second += 1) engine.tick();
    expect(client.socket.ended?.code).toBe(4100);
  });
});
