import { beforeEach, describe, expect, it } from 'vitest';
import { type Answer, api, trigger } from './support/api.ts';
import { Client } from './support/client.ts';
import { expectFault } from './support/fault.ts';
import { listener } from './support/listener.ts';
import { needsOwnServer, sharedApp } from './support/target.ts';
import { unique } from './support/unique.ts';

const plain = sharedApp('plain');
const publish = (event: unknown): Promise<Answer> => api(plain, 'POST', '/events', event);

describe('POST /events', () => {
  it('answers {} and delivers the event with its name, channel and data', async () => {
    const room = unique('room');
    const client = await listener(plain, room);
    const { status, text, headers } = await publish({ name: 'order.shipped', data: '{"id":7}', channels: [room] });
    expect({ status, text }).toEqual({ status: 200, text: '{}' });
    expect(headers.get('content-type')).toMatch(/^application\/json/);
    expect(await client.next()).toEqual({ event: 'order.shipped', channel: room, data: '{"id":7}' });
  });

  it('answers {} when nobody listens', async () => {
    expect(await publish({ name: 'greeting', data: '', channels: [unique('room')] })).toMatchObject({ status: 200, text: '{}' });
  });

  it('takes a single channel too', async () => {
    const room = unique('room');
    const client = await listener(plain, room);
    await trigger(plain, { name: 'greeting', data: 'hello', channel: room });
    expect(await client.next()).toMatchObject({ event: 'greeting', channel: room });
  });

  it('prefers channels to channel', async () => {
    const [chosen, ignored] = [unique('room'), unique('room')];
    const client = await listener(plain, chosen, ignored);
    await trigger(plain, { name: 'greeting', data: 'hello', channel: ignored, channels: [chosen] });
    expect(await client.next('greeting')).toMatchObject({ channel: chosen });
    await client.quiet();
  });

  it('delivers to each of 100 channels, with the name of the channel', async () => {
    const prefix = unique('room');
    const channels = Array.from({ length: 100 }, (_, index) => `${prefix}-${index}`);
    const client = await listener(plain, `${prefix}-0`, `${prefix}-99`);
    await trigger(plain, { name: 'greeting', data: 'hello', channels });
    expect([(await client.next()).channel, (await client.next()).channel]).toEqual([`${prefix}-0`, `${prefix}-99`]);
    await client.quiet();
  });

  it('delivers once to a channel that is listed twice', async () => {
    const room = unique('room');
    const client = await listener(plain, room);
    await trigger(plain, { name: 'greeting', data: 'hello', channels: [room, room] });
    await client.next('greeting');
    await client.quiet();
  });

  it('keeps the order of one publisher', async () => {
    const room = unique('room');
    const client = await listener(plain, room);
    for (let index = 0; index < 20; index += 1) await trigger(plain, { name: `event-${index}`, data: '', channels: [room] });
    for (let index = 0; index < 20; index += 1) expect((await client.next()).event).toBe(`event-${index}`);
  });

  it.each(['', 'not json', ' {"spaces" : true} ', '"\\u00e9\\n"', 'ünïcödé 😀 \u2028', '\\"\\\\', '\u0000\u001f', '__proto__'])(
    'forwards the data %j as it is',
    async (data) => {
      const room = unique('room');
      const client = await listener(plain, room);
      await trigger(plain, { name: 'raw', data, channels: [room] });
      expect((await client.next('raw')).data).toBe(data);
    },
  );

  it.each(['App\\Events\\OrderShipped', '.order.shipped', 'ünï "quoted" 😀', 'client-like', '__proto__', 'n'.repeat(200)])(
    'delivers an event with the name %j',
    async (name) => {
      const room = unique('room');
      const client = await listener(plain, room);
      await trigger(plain, { name, data: 'x', channels: [room] });
      expect((await client.next()).event).toBe(name);
    },
  );

  it('delivers to channels with every allowed character and 200 in all', async () => {
    const start = unique('A_a-=@,.;9');
    const room = start + 'x'.repeat(200 - start.length);
    const client = await listener(plain, room);
    await trigger(plain, { name: 'greeting', data: 'x', channels: [room] });
    expect(await client.next()).toMatchObject({ channel: room });
  });

  it('reads the parameters of a request without a body from its query, as old clients send them', async () => {
    const room = unique('room');
    const client = await listener(plain, room);
    expect(await api(plain, 'POST', '/events', undefined, { name: 'greeting', data: 'a+b', 'channels[]': room })).toMatchObject({ text: '{}' });
    expect(await client.next()).toEqual({ event: 'greeting', channel: room, data: 'a+b' });
  });

  it('does not care for unknown members of the body', async () => {
    expect((await publish({ name: 'n', data: 'd', channels: [unique('room')], extra: { deep: [1] }, tags: null })).status).toBe(200);
  });
});

describe('socket_id', () => {
  it('excludes that connection and nobody else', async () => {
    const room = unique('room');
    const [sender, other] = [await listener(plain, room), await listener(plain, room)];
    await trigger(plain, { name: 'greeting', data: 'hello', channels: [room], socket_id: sender.socketId });
    await other.next('greeting');
    await sender.quiet();
  });

  it('of a connection without that channel, or without any, excludes nobody', async () => {
    const [room, elsewhere] = [unique('room'), unique('room')];
    const client = await listener(plain, room);
    for (const sender of [await listener(plain, elsewhere), await listener(plain)]) {
      await trigger(plain, { name: 'greeting', data: 'hello', channels: [room], socket_id: sender.socketId });
      await client.next('greeting');
    }
  });

  it('excludes on all channels of the event', async () => {
    const [first, second] = [unique('room'), unique('room')];
    const [sender, other] = [await listener(plain, first, second), await listener(plain, first, second)];
    await trigger(plain, { name: 'greeting', data: 'hello', channels: [first, second], socket_id: sender.socketId });
    expect([(await other.next()).channel, (await other.next()).channel]).toEqual([first, second]);
    await sender.quiet();
  });

  it('that nobody has excludes nobody', async () => {
    const room = unique('room');
    const client = await listener(plain, room);
    await trigger(plain, { name: 'greeting', data: 'hello', channels: [room], socket_id: '1.1' });
    await client.next('greeting');
  });

  it.each(['', '1', '1.', '.1', '1.1\n', ' 1.1', '1.1.1', 'a.b', '1,1', 1.1, 7, {}, [], true])('%j is refused', async (socketId) => {
    expectFault(await publish({ name: 'greeting', data: 'hello', channels: [unique('room')], socket_id: socketId }), 400);
  });
});

describe('info on an event', () => {
  it('answers the counts of each channel after the publish', async () => {
    const [presence, open, empty] = [unique('presence-room'), unique('room'), unique('room')];
    for (const user of ['ada', 'ada', 'bob']) await (await listener(plain, open)).subscribe(presence, { user_id: user });
    const info = 'subscription_count,user_count';
    const { status, json } = await publish({ name: 'n', data: 'd', channels: [presence, open, empty], info });
    expect(status).toBe(200);
    expect(json).toEqual({
      channels: { [presence]: { subscription_count: 3, user_count: 2 }, [open]: { subscription_count: 3 }, [empty]: { subscription_count: 0 } },
    });
  });

  it('answers only what was asked', async () => {
    const room = unique('presence-room');
    const answer = await publish({ name: 'n', data: 'd', channels: [room], info: 'user_count' });
    expect(answer.json).toEqual({ channels: { [room]: { user_count: 0 } } });
  });

  it.each(['nonsense', 'user_count,nonsense', '__proto__', 7, {}, ['user_count'], true])('%j is refused', async (info) => {
    expectFault(await publish({ name: 'n', data: 'd', channels: [unique('presence-room')], info }), 400);
  });

  it('names a channel called __proto__', async () => {
    const { text } = await publish({ name: 'n', data: 'd', channels: ['__proto__'], info: 'subscription_count' });
    expect(text).toMatch(/^\{"channels":\{"__proto__":\{"subscription_count":\d+\}\}\}$/);
  });
});

describe('events of two apps', () => {
  beforeEach(needsOwnServer('two apps'));

  it('on channels of the same name stay apart', async () => {
    const room = unique('room');
    const client = await listener(plain, room);
    const stranger = await Client.connect(sharedApp('other'));
    await stranger.subscribe(room);
    await trigger(sharedApp('other'), { name: 'greeting', data: 'hello', channels: [room] });
    await stranger.next('greeting');
    await client.quiet();
  });
});
