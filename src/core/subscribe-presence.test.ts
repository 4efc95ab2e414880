import { describe, expect, it } from 'vitest';
import { settled } from '../testing/fake-clock.ts';
import { testApp } from '../testing/test-app.ts';
import { createTestEngine } from '../testing/test-engine.ts';

const success = 'pusher_internal:subscription_succeeded';

const refusal = (channel: string, type: string, status: number) => ({
  event: 'pusher:subscription_error',
  channel,
  data: { type, error: expect.stringMatching(/\S/), status },
});

describe('a subscribe to a presence channel', () => {
  it('tells the joiner everybody, and everybody the joiner', async () => {
    const engine = createTestEngine();
    const [a, b] = [await engine.connect(), await engine.connect()];
    await a.subscribe('presence-room', { user_id: 'a', user_info: { name: 'A' } });
    expect(a.heard()).toEqual([
      { event: success, channel: 'presence-room', data: { presence: { ids: ['a'], hash: { a: { name: 'A' } }, count: 1 } } },
    ]);
    await b.subscribe('presence-room', { user_id: 'b' });
    expect(b.heard()).toEqual([
      { event: success, channel: 'presence-room', data: { presence: { ids: ['a', 'b'], hash: { a: { name: 'A' }, b: null }, count: 2 } } },
    ]);
    expect(a.heard()).toEqual([{ event: 'pusher_internal:member_added', channel: 'presence-room', data: { user_id: 'b', user_info: null } }]);
    await b.disconnect();
    expect(a.heard()).toEqual([{ event: 'pusher_internal:member_removed', channel: 'presence-room', data: { user_id: 'b' } }]);
    expect(engine.recorder.take('channel_occupied', 'member_added', 'member_removed').map(({ type }) => type)).toEqual([
      'channel_occupied',
      'member_added',
      'member_added',
      'member_removed',
    ]);
  });

  it('with a second connection of a user tells nobody, and its user_info is ignored', async () => {
    const engine = createTestEngine();
    const [a1, a2, b] = [await engine.connect(), await engine.connect(), await engine.connect()];
    await a1.subscribe('presence-room', { user_id: '1', user_info: 'first' });
    await b.subscribe('presence-room', { user_id: 'b' });
    a1.heard();
    await a2.subscribe('presence-room', { user_id: 1, user_info: 'second' });
    expect(a2.heard()).toMatchObject([{ data: { presence: { ids: ['1', 'b'], hash: { 1: 'first' }, count: 2 } } }]);
    expect([...a1.heard(), ...b.heard().slice(1)]).toEqual([]);
    await a1.disconnect();
    expect(b.heard()).toEqual([]);
    await a2.unsubscribe('presence-room');
    expect(b.heard()).toMatchObject([{ event: 'pusher_internal:member_removed', data: { user_id: '1' } }]);
  });

  it('is refused without an identity, and leaves no trace', async () => {
    const engine = createTestEngine();
    const client = await engine.connect();
    for (const member of [
      undefined,
      {},
      { user_id: null },
      { user_id: '' },
      { user_id: 'x'.repeat(129) },
      { user_id: 'a', user_info: 'x'.repeat(1100) },
    ]) {
      await client.subscribe('presence-room', member);
      expect(client.heard()).toEqual([refusal('presence-room', 'InvalidMember', 400)]);
    }
    expect(engine.hub.channels.size).toBe(0);
    expect(engine.recorder.of('channel_occupied')).toEqual([]);
  });

  it('takes the identity from the sign-in when there is no channel_data', async () => {
    const engine = createTestEngine();
    const client = await engine.connect();
    await client.signIn({ id: 'signed-in', user_info: { name: 'S' } });
    client.heard();
    await client.subscribe('presence-room');
    expect(client.heard()).toMatchObject([{ data: { presence: { ids: ['signed-in'], hash: { 'signed-in': { name: 'S' } } } } }]);
    await client.subscribe('presence-other', { user_id: 'another' });
    expect(client.heard()).toMatchObject([{ data: { presence: { ids: ['another'] } } }]);
  });

  it('with a new user is refused when the channel is full, not with a connection of a user who is there', async () => {
    const engine = createTestEngine({ apps: [testApp({ limits: { presenceMembers: 2 } })] });
    const clients = await Promise.all([0, 1, 2, 3].map(() => engine.connect()));
    const [a, b, c, again] = clients as [(typeof clients)[0], (typeof clients)[0], (typeof clients)[0], (typeof clients)[0]];
    await a.subscribe('presence-room', { user_id: 'a' });
    await b.subscribe('presence-room', { user_id: 'b' });
    a.heard();
    await c.subscribe('presence-room', { user_id: 'c' });
    expect(c.heard()).toEqual([refusal('presence-room', 'LimitReached', 403)]);
    await again.subscribe('presence-room', { user_id: 'a' });
    expect(again.heard()).toMatchObject([{ event: success, data: { presence: { count: 2 } } }]);
    expect(a.heard()).toEqual([]);
    expect((await engine.registry.list('app', '')).get('presence-room')?.count).toEqual({ subscriptions: 3, users: 2 });
    await b.disconnect();
    await c.subscribe('presence-room', { user_id: 'c' });
    expect(c.heard()).toMatchObject([{ event: success, data: { presence: { ids: ['a', 'c'] } } }]);
  });

  it('knows a user called __proto__', async () => {
    const engine = createTestEngine();
    const client = await engine.connect();
    const channelData = '{"user_id":"__proto__","user_info":{"__proto__":{"x":1}}}';
    client.say({
      event: 'pusher:subscribe',
      data: { channel: 'presence-room', auth: client.auth('presence-room', channelData), channel_data: channelData },
    });
    await settled();
    const { data } = client.heard()[0] as { data: { presence: { ids: string[]; hash: object } } };
    expect(data.presence.ids).toEqual(['__proto__']);
    expect(JSON.stringify(data.presence.hash)).toBe('{"__proto__":{"__proto__":{"x":1}}}');
  });

  it('whose user_info is nested too deeply is refused, not a failure of the server', async () => {
    const engine = createTestEngine();
    const client = await engine.connect();
    const channelData = `{"user_id":"a","user_info":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;
    client.say({
      event: 'pusher:subscribe',
      data: { channel: 'presence-room', auth: client.auth('presence-room', channelData), channel_data: channelData },
    });
    await settled();
    expect(client.heard()).toEqual([refusal('presence-room', 'InvalidMember', 400)]);
    expect(engine.log.lines).toEqual([]);
  });
});
