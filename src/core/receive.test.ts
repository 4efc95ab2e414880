import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertAsyncProperty } from '../testing/assert-property.ts';
import { expectEmpty } from '../testing/expect-empty.ts';
import { settled } from '../testing/fake-clock.ts';
import { Gate } from '../testing/gate.ts';
import { SlowEventCache } from '../testing/slow-drivers.ts';
import { createTestEngine } from '../testing/test-engine.ts';
import { receive, receiveBinary } from './receive.ts';

describe('a message', () => {
  it('that pings is answered at once, before any subscription', async () => {
    const client = await createTestEngine().connect();
    client.say({ event: 'pusher:ping', data: {} });
    expect(client.heard()).toEqual([{ event: 'pusher:pong', data: {} }]);
  });

  it('that answers a ping is taken without a word', async () => {
    const client = await createTestEngine().connect();
    client.say({ event: 'pusher:pong', data: {} });
    expect(client.heard()).toEqual([]);
  });

  it.each([
    '',
    '{',
    'null',
    '[]',
    '{"event":"pusher:subscribe"}',
    '{"event":"my-event","channel":"room","data":{}}',
    '{"event":"pusher_internal:member_added"}',
  ])('that cannot be understood is refused with the code null, and the connection lives: %s', async (text) => {
    const engine = createTestEngine();
    const client = await engine.connect();
    client.say(text);
    expect(client.heard()).toEqual([{ event: 'pusher:error', data: { code: null, message: expect.stringMatching(/\S/) } }]);
    expect(client.socket.isClosed).toBe(false);
    expect(engine.recorder.of('message_refused')).toMatchObject([{ socketId: client.socketId, code: null }]);
    expect(engine.log.lines).toEqual([]);
  });

  it('that is binary is refused', async () => {
    const engine = createTestEngine();
    const client = await engine.connect();
    receiveBinary(engine, client.connection);
    expect(client.heard()).toEqual([{ event: 'pusher:error', data: { code: null, message: 'Binary messages are not supported' } }]);
  });

  it('of any kind counts as life', async () => {
    const engine = createTestEngine();
    const [client, binary] = [await engine.connect(), await engine.connect()];
    for (let second = 0; second < 31; second += 1) engine.heartbeat.tick();
    expect(client.heard()).toMatchObject([{ event: 'pusher:ping' }]);
    client.say('{"event":"nonsense"}');
    receiveBinary(engine, binary.connection);
    for (let second = 0; second < 29; second += 1) engine.heartbeat.tick();
    expect([client.socket.isClosed, binary.socket.isClosed]).toEqual([false, false]);
  });

  it('that fails in the server is answered as such and logged, and the connection lives', async () => {
    const gate = new Gate();
    const engine = createTestEngine({
      replace: ({ broker }) => ({
        broker: {
          outageMilliseconds: () => 0,
          publish: (batch) => broker.publish(batch),
          relay: async (envelope) => {
            await gate.pass();
            return broker.relay(envelope);
          },
        },
      }),
    });
    const client = await engine.connect();
    await client.subscribe('private-room');
    client.heard();
    gate.close();
    await client.whisper('private-room', 'client-x', 'd');
    gate.fail(new Error('a bug'));
    await settled();
    expect(client.heard()).toEqual([{ event: 'pusher:error', data: { code: null, message: 'Internal server error' } }]);
    expect(engine.log.lines).toMatchObject([{ level: 'error', message: 'a message failed' }]);
    expect(client.socket.isClosed).toBe(false);
  });

  it('is refused while too many others of its connection wait for a driver, and accepted again later', async () => {
    const gate = new Gate();
    const engine = createTestEngine({ replace: ({ cache }) => ({ cache: new SlowEventCache(cache, () => gate.pass()) }) });
    const client = await engine.connect();
    gate.close();
    const subscribe = JSON.stringify({ event: 'pusher:subscribe', data: { channel: 'cache-room' } });
    for (let index = 0; index < 2001; index += 1) receive(engine, client.connection, subscribe);
    expect(client.heard()).toEqual([{ event: 'pusher:error', data: { code: null, message: 'Too many requests are under way on this connection' } }]);
    gate.open();
    await settled();
    client.heard();
    client.say({ event: 'pusher:ping' });
    expect(client.heard()).toEqual([{ event: 'pusher:pong', data: {} }]);
  });

  it('of any text disturbs nobody else and is no bug of the server', async () => {
    const member = fc.oneof(fc.jsonValue(), fc.json(), fc.constantFrom('room', 'presence-room', 'private-room', 'cache-room', '#server-to-user-a'));
    const data = fc.oneof(
      member,
      fc.record({ channel: member, auth: member, channel_data: member, user_data: member }, { requiredKeys: [], noNullPrototype: true }),
    );
    const event = fc.oneof(fc.constantFrom('pusher:subscribe', 'pusher:unsubscribe', 'pusher:signin', 'pusher:ping', 'client-x'), fc.jsonValue());
    const message = fc.record({ event, channel: member, data }, { requiredKeys: [], noNullPrototype: true }).map((value) => JSON.stringify(value));
    await assertAsyncProperty(
      fc.asyncProperty(fc.array(fc.oneof(message, fc.string({ unit: 'binary' }), fc.json()), { maxLength: 10 }), async (texts) => {
        const engine = createTestEngine();
        const [client, bystander] = [await engine.connect(), await engine.connect()];
        await bystander.subscribe('presence-room', { user_id: 'bystander' });
        bystander.heard();
        for (const text of texts) client.say(text);
        await settled();
        for (const frame of client.heard()) expect(frame.event).toMatch(/^pusher(_internal)?:/);
        expect(bystander.heard()).toEqual([]);
        expect(engine.log.lines).toEqual([]);
        await Promise.all([client.disconnect(), bystander.disconnect()]);
        await expectEmpty(engine);
      }),
    );
  });
});
