import { describe, expect, it } from 'vitest';
import { expectEmpty } from '../testing/expect-empty.ts';
import { createTestEngine } from '../testing/test-engine.ts';

describe('an unsubscribe', () => {
  it('ends the subscription without an answer', async () => {
    const engine = createTestEngine();
    const client = await engine.connect();
    await client.subscribe('room');
    client.heard();
    await client.unsubscribe('room');
    await engine.broker.publish([{ topic: 'app/room', frame: '{"event":"e"}' }]);
    expect(client.heard()).toEqual([]);
    expect(engine.recorder.of('unsubscribed')).toEqual([{ type: 'unsubscribed', appId: 'app', socketId: client.socketId, channel: 'room' }]);
    expect(engine.recorder.of('channel_vacated')).toMatchObject([{ channel: 'room' }]);
  });

  it('is silent when there is no subscription', async () => {
    const engine = createTestEngine();
    const client = await engine.connect();
    for (const channel of ['room', '', '__proto__', 'a b']) await client.unsubscribe(channel);
    expect(client.heard()).toEqual([]);
    expect(engine.recorder.of('unsubscribed')).toEqual([]);
  });

  it('undoes a repeated subscribe with one message', async () => {
    const engine = createTestEngine();
    const client = await engine.connect();
    await client.subscribe('room');
    await client.subscribe('room');
    await client.unsubscribe('room');
    expect((await engine.registry.list('app', '')).size).toBe(0);
  });

  it('vacates the channel only when it was the last', async () => {
    const engine = createTestEngine();
    const [one, other] = [await engine.connect(), await engine.connect()];
    for (const client of [one, other]) await client.subscribe('room');
    await one.unsubscribe('room');
    expect(engine.recorder.of('channel_vacated')).toEqual([]);
    await other.unsubscribe('room');
    expect(engine.recorder.of('channel_vacated')).toHaveLength(1);
  });

  it('does not tell the leaver that it left', async () => {
    const engine = createTestEngine();
    const client = await engine.connect();
    await client.subscribe('presence-room', { user_id: 'a' });
    client.heard();
    await client.unsubscribe('presence-room');
    expect(client.heard()).toEqual([]);
    expect(engine.recorder.take('member_removed', 'channel_vacated').map(({ type }) => type)).toEqual(['member_removed', 'channel_vacated']);
  });

  it('gives the leaver what was published before, and nothing after', async () => {
    const engine = createTestEngine({ windowMilliseconds: 1 });
    const client = await engine.connect();
    await client.subscribe('room');
    client.heard();
    for (const event of ['1', '2']) await engine.broker.publish([{ topic: 'app/room', frame: JSON.stringify({ event }) }]);
    await client.unsubscribe('room');
    await engine.broker.publish([{ topic: 'app/room', frame: '{"event":"3"}' }]);
    engine.outbox.flushAll();
    expect(client.heard().map(({ event }) => event)).toEqual(['1', '2']);
  });

  it('does not take a user out of their own channel', async () => {
    const engine = createTestEngine();
    const client = await engine.connect();
    await client.signIn({ id: 'a' });
    client.heard();
    await client.unsubscribe('#server-to-user-a');
    await engine.broker.publish([{ topic: 'app/#server-to-user-a', frame: '{"event":"still here"}' }]);
    expect(client.heard()).toMatchObject([{ event: 'still here' }]);
    await client.disconnect();
    await expectEmpty(engine);
  });
});
