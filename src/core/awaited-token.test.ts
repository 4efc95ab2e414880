import { describe, expect, it } from 'vitest';
import { identity, jwtSettings } from '../testing/fake-tokens.ts';
import { testApp } from '../testing/test-app.ts';
import { createTestEngine, type TestEngine } from '../testing/test-engine.ts';
import type { JwtSettings } from './jwt-settings.ts';

function createEngine(jwt: Partial<JwtSettings> = {}): TestEngine {
  const engine = createTestEngine({ apps: [testApp({ jwt: jwtSettings(jwt) })] });
  engine.tokens.known.set('good', identity('u')).set('later', { reason: 'keys-unavailable', message: 'no keys' });
  return engine;
}

const signin = (token: string) => ({ event: 'pusher:signin', data: { token } });
const subscribe = (channel: string) => ({ event: 'pusher:subscribe', data: { channel } });

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
    const answer = engine.tokens.slow('slow');
    const client = await engine.connect();
    for (const message of [signin('slow'), subscribe('a'), subscribe('b'), { event: 'pusher:ping' }]) client.say(message);
    expect(client.heard()).toEqual([]);
    await answer(identity('u'));
    expect(client.heard().map(({ event, channel }) => channel ?? event)).toEqual(['pusher:signin_success', 'a', 'b', 'pusher:pong']);
  });

  it('may subscribe to more channels behind the token than it may send other messages', async () => {
    const engine = createTestEngine({ apps: [testApp({ jwt: jwtSettings(required), limits: { messagesPerSecond: 1, messageBurst: 5 } })] });
    const answer = engine.tokens.slow('slow');
    const client = await engine.connect();
    client.say(signin('slow'));
    for (let channel = 0; channel < 20; channel += 1) client.say(subscribe(`c${channel}`));
    await answer(identity('u'));
    const events = client.heard().map(({ event }) => event);
    expect(events.filter((event) => event === 'pusher_internal:subscription_succeeded')).toHaveLength(20);
  });

  it('is heard for no more than 16 KB of it', async () => {
    const engine = createEngine(required);
    engine.tokens.slow('slow');
    const client = await engine.connect();
    client.say(signin('slow'));
    for (let message = 0; message < 5; message += 1) client.say(subscribe('x'.repeat(4000)));
    expect(client.heard()).toMatchObject([{ event: 'pusher:error', data: { message: 'Too much was said before the token was verified' } }]);
  });

  it('is heard for no more than 1000 messages of it, however small', async () => {
    const engine = createEngine(required);
    engine.tokens.slow('slow');
    const client = await engine.connect();
    client.say(signin('slow'));
    for (let message = 0; message < 1001; message += 1) client.say('');
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
    const answer = engine.tokens.slow('slow');
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
