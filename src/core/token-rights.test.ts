import { describe, expect, it } from 'vitest';
import { settled } from '../testing/fake-clock.ts';
import { identity, jwtSettings, only } from '../testing/fake-tokens.ts';
import { testApp } from '../testing/test-app.ts';
import type { TestClient } from '../testing/test-client.ts';
import { createTestEngine } from '../testing/test-engine.ts';
import type { Identity } from './identity.ts';

/** A connection with a token, of an app in which somebody else listens. */
async function connect(allows: Identity['allows']) {
  const engine = createTestEngine({ apps: [testApp({ jwt: jwtSettings() })] });
  engine.tokens.known.set('t', identity('u', { allows }));
  const credentials = { authorization: 'Bearer t', cookie: '', protocols: '', query: '', ticket: '' };
  const client = await engine.connect('key', { credentials });
  return { engine, client };
}

async function ask(client: TestClient, data: object) {
  client.say({ event: 'pusher:subscribe', data });
  await settled();
  return client.heard();
}

describe('a token', () => {
  it.each(['private-a', 'private-encrypted-a', 'private-cache-a'])('lets its user into %s without a signature', async (channel) => {
    const { client } = await connect(only({ subscribe: [channel] }));
    expect(await ask(client, { channel, auth: '' })).toContainEqual(
      expect.objectContaining({ event: 'pusher_internal:subscription_succeeded', channel }),
    );
    expect(await ask(client, { channel: `${channel}x` })).toMatchObject([
      { event: 'pusher:subscription_error', data: { type: 'AuthError', status: 401, error: 'the token does not allow this channel' } },
    ]);
  });

  it('does not stand in for a signature that is there and wrong', async () => {
    const { client } = await connect(() => true);
    expect(await ask(client, { channel: 'private-a', auth: 'key:00' })).toMatchObject([{ event: 'pusher:subscription_error' }]);
  });

  it('does not forbid what is signed', async () => {
    const { client } = await connect(only({}));
    await client.subscribe('private-a');
    await client.subscribe('presence-a', { user_id: 'somebody' });
    expect(client.heard()).toMatchObject([
      { event: 'pusher_internal:subscription_succeeded', channel: 'private-a' },
      { event: 'pusher_internal:subscription_succeeded', channel: 'presence-a', data: { presence: { ids: ['somebody'] } } },
    ]);
  });

  it.each([undefined, '{"user_id":"u"}', '{"user_id":"u","user_info":{"admin":true}}'])(
    'says who joins a presence channel, not the unsigned %j',
    async (data) => {
      const { client } = await connect(only({ subscribe: ['presence-a'] }));
      const [answer] = await ask(client, { channel: 'presence-a', auth: '', channel_data: data });
      expect(answer).toMatchObject({ data: { presence: { ids: ['u'], hash: { u: { from: 'token' } } } } });
    },
  );

  it.each(['{"user_id":"v"}', '{', ''])('lets nobody else join a presence channel unsigned: %j', async (data) => {
    const { client } = await connect(() => true);
    expect(await ask(client, { channel: 'presence-a', auth: '', channel_data: data })).toMatchObject([
      { event: 'pusher:subscription_error', data: { type: 'InvalidMember' } },
    ]);
  });

  it('decides on every client event', async () => {
    const { engine, client } = await connect(only({ subscribe: ['private-a', 'private-b'], publish: ['private-a'] }));
    const other = await engine.connect();
    for (const channel of ['private-a', 'private-b']) {
      await ask(client, { channel });
      await other.subscribe(channel);
    }
    other.heard();
    await client.whisper('private-a', 'client-x', 1);
    await client.whisper('private-b', 'client-x', 2);
    expect(other.heard()).toMatchObject([{ event: 'client-x', channel: 'private-a' }]);
    expect(client.heard()).toMatchObject([
      { event: 'pusher:error', data: { code: null, message: 'Client event rejected: the token does not allow them on channel private-b' } },
    ]);
    await other.whisper('private-b', 'client-x', 3);
    expect(client.heard()).toMatchObject([{ event: 'client-x', channel: 'private-b' }]);
  });

  it.each([{ user_id: 'u', 'clarion:listen_only': true }, { 'clarion:listen_only': true }])(
    'decides instead of a signature for listening: %j',
    async (data) => {
      const channel = 'user_id' in data ? 'presence-a' : 'private-a';
      const { engine, client } = await connect(only({ publish: [channel] }));
      const other = await engine.connect();
      for (const each of [client, other]) {
        await each.subscribe(channel, data);
        each.heard();
      }
      await client.whisper(channel, 'client-x', 1);
      await other.whisper(channel, 'client-x', 2);
      expect(client.heard()).toEqual([]);
      expect(other.heard()).toMatchObject([
        { event: 'client-x', data: 1 },
        { event: 'pusher:error', data: { code: null, message: expect.stringContaining('the token does not allow them') } },
      ]);
    },
  );

  it('is not asked on connections without one', async () => {
    const { engine } = await connect(() => true);
    const client = await engine.connect();
    expect(await ask(client, { channel: 'private-a', auth: '' })).toMatchObject([{ event: 'pusher:subscription_error' }]);
  });
});
