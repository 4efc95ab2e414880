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

describe('a subscribe', () => {
  it.each(['room', 'private-room', 'private-encrypted-room'])('to %s is answered with success, and the channel is occupied', async (channel) => {
    const engine = createTestEngine();
    const client = await engine.connect();
    await client.subscribe(channel);
    expect(client.heard()).toEqual([{ event: success, channel, data: {} }]);
    expect(engine.recorder.take('channel_occupied', 'subscribed').map(({ type }) => type)).toEqual(['channel_occupied', 'subscribed']);
    expect(await engine.registry.count({ appId: 'app', channel: client.connection.subscriptions.get(channel)?.channel.channel ?? never() })).toEqual({
      subscriptions: 1,
      users: 0,
    });
  });

  it('occupies a channel once, however many come', async () => {
    const engine = createTestEngine();
    for (let index = 0; index < 3; index += 1) await (await engine.connect()).subscribe('room');
    expect(engine.recorder.of('channel_occupied')).toHaveLength(1);
    expect((await engine.registry.list('app', '')).get('room')?.count.subscriptions).toBe(3);
  });

  it.each(['', 'a b', '#room', 'x'.repeat(201), 'é'])('with the bad name %j is refused', async (channel) => {
    const engine = createTestEngine();
    const client = await engine.connect();
    await client.subscribe(channel);
    expect(client.heard()).toEqual([refusal(channel, 'InvalidChannel', 400)]);
    expect(engine.recorder.of('subscription_refused')).toMatchObject([{ channel, socketId: client.socketId }]);
    expect(engine.hub.channels.size).toBe(0);
  });

  it('beyond the limit of channels is refused, a repeat is not', async () => {
    const engine = createTestEngine({ apps: [testApp({ limits: { channelsPerConnection: 2 } })] });
    const client = await engine.connect();
    for (const channel of ['a', 'b', 'c', 'b']) await client.subscribe(channel);
    expect(client.heard()).toMatchObject([{ channel: 'a' }, { channel: 'b' }, refusal('c', 'LimitReached', 403), { event: success, channel: 'b' }]);
    await client.unsubscribe('a');
    await client.subscribe('c');
    expect(client.heard()).toMatchObject([{ event: success, channel: 'c' }]);
  });

  it('a second time changes nothing but is answered again', async () => {
    const engine = createTestEngine();
    const [client, other] = [await engine.connect(), await engine.connect()];
    await client.subscribe('presence-room', { user_id: 'a', user_info: 1 });
    await other.subscribe('presence-room', { user_id: 'b' });
    client.heard();
    other.heard();
    engine.recorder.take();
    await client.subscribe('presence-room', { user_id: 'someone-else' });
    expect(client.heard()).toEqual([
      { event: success, channel: 'presence-room', data: { presence: { ids: ['a', 'b'], hash: { a: 1, b: null }, count: 2 } } },
    ]);
    expect(other.heard()).toEqual([]);
    expect(engine.recorder.take()).toEqual([]);
    await client.unsubscribe('presence-room');
    expect(other.heard()).toEqual([{ event: 'pusher_internal:member_removed', channel: 'presence-room', data: { user_id: 'a' } }]);
  });

  it('a second time is checked again', async () => {
    const engine = createTestEngine();
    const client = await engine.connect();
    await client.subscribe('private-room');
    client.heard();
    client.say({ event: 'pusher:subscribe', data: { channel: 'private-room', auth: 'key:wrong' } });
    expect(client.heard()).toEqual([refusal('private-room', 'AuthError', 401)]);
    expect(client.connection.subscriptions.size).toBe(1);
  });

  it('is not overtaken by what its channel still has to send', async () => {
    const engine = createTestEngine({ windowMilliseconds: 1 });
    const client = await engine.connect();
    await client.subscribe('room');
    client.heard();
    for (const frame of ['{"event":"1"}', '{"event":"2"}']) engine.hub.deliver({ topic: 'app/room', frame });
    await client.subscribe('room');
    expect(client.heard().map(({ event }) => event)).toEqual(['1', '2', success]);
    engine.outbox.flushAll();
  });
});

describe('a subscribe to a cache channel', () => {
  it.each([
    ['cache-room', undefined],
    ['private-cache-room', undefined],
    ['private-encrypted-cache-room', undefined],
    ['presence-cache-room', { user_id: 'a' }],
  ])('%s is answered with success and a miss, which becomes an event after the occupation', async (channel, member) => {
    const engine = createTestEngine();
    const client = await engine.connect();
    await client.subscribe(channel, member);
    expect(client.heard()).toMatchObject([
      { event: success, channel },
      { event: 'pusher:cache_miss', channel },
    ]);
    expect(engine.recorder.take('channel_occupied', 'cache_miss').map(({ type }) => type)).toEqual(['channel_occupied', 'cache_miss']);
  });

  it('is answered with success and the last event, which is no miss', async () => {
    const engine = createTestEngine();
    const client = await engine.connect();
    await engine.cache.set(
      { appId: 'app', channel: { name: 'cache-room', kind: 'public', isCache: true, needsAuth: false } },
      { event: 'e', data: 'not json "' },
      60,
    );
    await client.subscribe('cache-room');
    expect(client.heard()).toEqual([
      { event: success, channel: 'cache-room', data: {} },
      { event: 'e', channel: 'cache-room', data: 'not json "' },
    ]);
    expect(engine.recorder.of('cache_miss')).toEqual([]);
  });

  it('finds nothing after the time to live', async () => {
    const engine = createTestEngine();
    const client = await engine.connect();
    await engine.cache.set(
      { appId: 'app', channel: { name: 'cache-room', kind: 'public', isCache: true, needsAuth: false } },
      { event: 'e', data: 'd' },
      60,
    );
    await engine.clock.advance(60_000);
    await client.subscribe('cache-room');
    expect(client.heard()).toMatchObject([{ event: success }, { event: 'pusher:cache_miss' }]);
  });

  it('gives a refused subscriber neither', async () => {
    const engine = createTestEngine();
    const client = await engine.connect();
    client.say({ event: 'pusher:subscribe', data: { channel: 'private-cache-room', auth: 'key:no' } });
    await settled();
    expect(client.heard()).toEqual([refusal('private-cache-room', 'AuthError', 401)]);
    expect(engine.recorder.of('cache_miss')).toEqual([]);
  });
});

function never(): never {
  throw new Error('this cannot be');
}
