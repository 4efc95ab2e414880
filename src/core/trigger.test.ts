import { describe, expect, it } from 'vitest';
import { defaultAppLimits } from '../protocol/limits.ts';
import { parseTrigger, type Trigger } from '../protocol/trigger.ts';
import { settled } from '../testing/fake-clock.ts';
import { testApp } from '../testing/test-app.ts';
import type { TestClient } from '../testing/test-client.ts';
import { createTestEngine } from '../testing/test-engine.ts';
import { type BrokerMessage, BrokerUnavailable } from './ports.ts';
import { trigger } from './trigger.ts';

const app = testApp();

function event(name: string, channels: readonly string[], more: object = {}): Trigger {
  const parsed = parseTrigger({ name, data: `data of ${name}`, channels, ...more }, defaultAppLimits);
  if ('status' in parsed) throw new Error(parsed.error);
  return parsed;
}

function names(client: TestClient): readonly string[] {
  return client.heard().map(({ event: name }) => name);
}

describe('a trigger', () => {
  it('reaches the subscribers of its channels, byte for byte, and becomes an event', async () => {
    const engine = createTestEngine();
    const [a, b, c] = [await engine.connect(), await engine.connect(), await engine.connect()];
    await a.subscribe('a');
    await b.subscribe('private-b');
    await c.subscribe('c');
    for (const client of [a, b, c]) client.heard();
    engine.recorder.take();
    await trigger(engine, app, [event('e', ['a', 'private-b'], { data: ' {"x": 1} ' })]);
    expect(a.socket.frames.at(-1)).toBe('{"event":"e","channel":"a","data":" {\\"x\\": 1} "}');
    expect(names(b)).toEqual(['e']);
    expect(names(c)).toEqual([]);
    expect(engine.recorder.take()).toEqual([{ type: 'triggered', appId: 'app', channels: ['a', 'private-b'], event: 'e', data: ' {"x": 1} ' }]);
  });

  it('reaches a socket once for each channel that it is in', async () => {
    const engine = createTestEngine();
    const client = await engine.connect();
    for (const channel of ['a', 'b']) await client.subscribe(channel);
    client.heard();
    await trigger(engine, app, [event('e', ['a', 'b', 'a'])]);
    expect(client.heard().map(({ channel }) => channel)).toEqual(['a', 'b']);
  });

  it('leaves out the socket that it names', async () => {
    const engine = createTestEngine();
    const [sender, other] = [await engine.connect(), await engine.connect()];
    for (const client of [sender, other]) await client.subscribe('room');
    for (const client of [sender, other]) client.heard();
    await trigger(engine, app, [event('e', ['room', 'elsewhere'], { socket_id: sender.socketId })]);
    await trigger(engine, app, [event('f', ['room'], { socket_id: '1.2' })]);
    expect(names(sender)).toEqual(['f']);
    expect(names(other)).toEqual(['e', 'f']);
  });

  it('reaches everybody when the socket that it names is not in the channel, or is of another app', async () => {
    const foreign = testApp({ id: 'foreign', keys: [{ key: 'k2', secret: 's', status: 'active' }] });
    const engine = createTestEngine({ apps: [app, foreign] });
    const [client, absent, stranger] = [await engine.connect(), await engine.connect(), await engine.connect('k2')];
    await client.subscribe('room');
    await absent.subscribe('elsewhere');
    await stranger.subscribe('room');
    for (const one of [client, absent, stranger]) one.heard();
    for (const { socketId } of [absent, stranger]) await trigger(engine, app, [event('e', ['room'], { socket_id: socketId })]);
    expect([names(client), names(absent), names(stranger)]).toEqual([['e', 'e'], [], []]);
  });

  it('keeps the order of a batch', async () => {
    const engine = createTestEngine({ windowMilliseconds: 1 });
    const client = await engine.connect();
    for (const channel of ['a', 'b']) await client.subscribe(channel);
    client.heard();
    await trigger(engine, app, [event('1', ['a']), event('2', ['a', 'b']), event('3', ['a'])]);
    engine.outbox.flushAll();
    expect(client.heard().flatMap(({ channel, event: name }) => (channel === 'a' ? [name] : []))).toEqual(['1', '2', '3']);
  });

  it('reaches the connections of a user, and nobody with that id elsewhere', async () => {
    const engine = createTestEngine();
    const [user, member] = [await engine.connect(), await engine.connect()];
    await user.signIn({ id: 'a' });
    await member.subscribe('presence-room', { user_id: 'a' });
    for (const client of [user, member]) client.heard();
    await trigger(engine, app, [event('e', ['#server-to-user-a', '#server-to-user-b'])]);
    expect(user.heard()).toEqual([{ event: 'e', channel: '#server-to-user-a', data: 'data of e' }]);
    expect(names(member)).toEqual([]);
  });

  it('is kept for later subscribers of cache channels only, the last one', async () => {
    const engine = createTestEngine();
    await trigger(engine, app, [event('1', ['cache-a', 'room']), event('2', ['cache-a', 'presence-cache-b'], { socket_id: '1.2' })]);
    const client = await engine.connect();
    await client.subscribe('cache-a');
    await client.subscribe('presence-cache-b', { user_id: 'u' });
    await client.subscribe('room');
    expect(client.heard().filter(({ event: name }) => !name.startsWith('pusher'))).toEqual([
      { event: '2', channel: 'cache-a', data: 'data of 2' },
      { event: '2', channel: 'presence-cache-b', data: 'data of 2' },
    ]);
  });

  it('is kept for as long as the app says, over vacated times', async () => {
    const brief = testApp({ limits: { cacheTtlSeconds: 10 } });
    const engine = createTestEngine({ apps: [brief] });
    const client = await engine.connect();
    await client.subscribe('cache-a');
    await trigger(engine, brief, [event('1', ['cache-a'])]);
    await client.unsubscribe('cache-a');
    client.heard();
    await engine.clock.advance(9999);
    await client.subscribe('cache-a');
    expect(names(client)).toEqual(['pusher_internal:subscription_succeeded', '1']);
    await client.unsubscribe('cache-a');
    await engine.clock.advance(1);
    await client.subscribe('cache-a');
    expect(names(client)).toEqual(['pusher_internal:subscription_succeeded', 'pusher:cache_miss']);
  });

  it('hands all events to the broker at once', async () => {
    const batches: (readonly BrokerMessage[])[] = [];
    const engine = createTestEngine({
      replace: () => ({ broker: { outageMilliseconds: () => 0, relay: async () => {}, publish: async (batch) => void batches.push(batch) } }),
    });
    await trigger(engine, app, [event('1', ['a', 'b']), event('2', ['c'], { socket_id: '1.2' })]);
    expect(batches).toEqual([
      [
        { topic: 'app/a', frame: '{"event":"1","channel":"a","data":"data of 1"}' },
        { topic: 'app/b', frame: '{"event":"1","channel":"b","data":"data of 1"}' },
        { topic: 'app/c', frame: '{"event":"2","channel":"c","data":"data of 2"}', except: '1.2' },
      ],
    ]);
  });

  it('rejects when the broker does not confirm, and is not told as triggered', async () => {
    const engine = createTestEngine({
      replace: () => ({
        broker: {
          outageMilliseconds: () => 5000,
          relay: async () => {},
          publish: async () => {
            throw new BrokerUnavailable('away');
          },
        },
      }),
    });
    await expect(trigger(engine, app, [event('1', ['a'])])).rejects.toThrow(BrokerUnavailable);
    expect(engine.recorder.of('triggered')).toEqual([]);
  });

  it('is delivered in the tick in which the memory broker takes it', async () => {
    const engine = createTestEngine();
    const client = await engine.connect();
    await client.subscribe('room');
    client.heard();
    const accepted = trigger(engine, app, [event('1', ['room'])]);
    expect(names(client)).toEqual(['1']);
    await accepted;
    await settled();
  });
});
