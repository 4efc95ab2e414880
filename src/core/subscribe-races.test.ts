import { describe, expect, it } from 'vitest';
import { expectEmpty } from '../testing/expect-empty.ts';
import { settled } from '../testing/fake-clock.ts';
import { Gate } from '../testing/gate.ts';
import { SlowEventCache, SlowRegistry } from '../testing/slow-drivers.ts';
import { createTestEngine } from '../testing/test-engine.ts';
import { BrokerUnavailable } from './ports.ts';

const success = 'pusher_internal:subscription_succeeded';

/** An engine whose registry and cache answer when the gates are open. */
function createSlowEngine() {
  const [seats, cache] = [new Gate(), new Gate()];
  const engine = createTestEngine({
    replace: (memory) => ({
      registry: new SlowRegistry(memory.registry, () => seats.pass()),
      cache: new SlowEventCache(memory.cache, () => cache.pass()),
    }),
  });
  return { engine, seats, cache };
}

const journeys = [
  { channel: 'presence-room', waitsFor: 'seats' },
  { channel: 'presence-cache-room', waitsFor: 'seats' },
  { channel: 'presence-cache-room', waitsFor: 'cache' },
  { channel: 'cache-room', waitsFor: 'cache' },
  { channel: 'private-cache-room', waitsFor: 'cache' },
] as const;

function memberFor(channel: string): object | undefined {
  return channel.startsWith('presence-') ? { user_id: 'a' } : undefined;
}

describe.each(journeys)('a subscribe to $channel that waits for the $waitsFor', ({ channel, waitsFor }) => {
  it('leaves nothing behind when the connection closes meanwhile', async () => {
    const slow = createSlowEngine();
    const client = await slow.engine.connect();
    slow[waitsFor].close();
    await client.subscribe(channel, memberFor(channel));
    await client.disconnect();
    slow[waitsFor].open();
    await settled();
    expect(client.heard()).toEqual([]);
    expect(slow.engine.log.lines).toEqual([]);
    await expectEmpty(slow.engine);
  });

  it('leaves nothing behind when further messages waited for it as the connection closed', async () => {
    const slow = createSlowEngine();
    const client = await slow.engine.connect();
    slow[waitsFor].close();
    await client.subscribe(channel, memberFor(channel));
    await client.unsubscribe(channel);
    await client.subscribe(channel, memberFor(channel));
    await client.disconnect();
    slow[waitsFor].open();
    await settled();
    await expectEmpty(slow.engine);
  });

  it('is undone by an unsubscribe that came meanwhile', async () => {
    const slow = createSlowEngine();
    const client = await slow.engine.connect();
    slow[waitsFor].close();
    await client.subscribe(channel, memberFor(channel));
    await client.unsubscribe(channel);
    slow[waitsFor].open();
    await settled();
    expect(client.heard()[0]).toMatchObject({ event: success });
    expect(client.connection.subscriptions.size).toBe(0);
    expect(slow.engine.hub.channels.size).toBe(0);
    expect((await slow.engine.registry.list('app', '')).size).toBe(0);
  });

  it('is answered once more when it was asked for twice, and counts once', async () => {
    const slow = createSlowEngine();
    const client = await slow.engine.connect();
    slow[waitsFor].close();
    await client.subscribe(channel, memberFor(channel));
    await client.subscribe(channel, memberFor(channel));
    slow[waitsFor].open();
    await settled();
    expect(client.heard().filter(({ event }) => event === success)).toHaveLength(2);
    expect((await slow.engine.registry.list('app', '')).get(channel)?.count.subscriptions).toBe(1);
  });

  it.each([
    { cause: new BrokerUnavailable('the driver is away'), levels: [] },
    { cause: new Error('the driver has a fault'), levels: ['error'] },
  ])('is refused and taken back whole when $cause.message, and may be tried again', async ({ cause, levels }) => {
    const slow = createSlowEngine();
    const client = await slow.engine.connect();
    slow[waitsFor].close();
    await client.subscribe(channel, memberFor(channel));
    slow[waitsFor].fail(cause);
    await settled();
    expect(client.heard()).toMatchObject([{ event: 'pusher:subscription_error', channel, data: { type: 'ServerError' } }]);
    expect(slow.engine.log.lines.map(({ level }) => level)).toEqual(levels);
    expect(client.connection.subscriptions.size).toBe(0);
    expect(slow.engine.hub.channels.size).toBe(0);
    expect((await slow.engine.registry.list('app', '')).size).toBe(0);
    await client.subscribe(channel, memberFor(channel));
    expect(client.heard()[0]).toMatchObject({ event: success });
  });

  it('leaves nothing behind when the driver fails after the connection closed', async () => {
    const slow = createSlowEngine();
    const client = await slow.engine.connect();
    slow[waitsFor].close();
    await client.subscribe(channel, memberFor(channel));
    await client.disconnect();
    slow[waitsFor].fail(new Error('the driver is away'));
    await settled();
    await expectEmpty(slow.engine);
  });

  it('receives nothing of the channel before its success', async () => {
    const slow = createSlowEngine();
    const client = await slow.engine.connect();
    slow[waitsFor].close();
    await client.subscribe(channel, memberFor(channel));
    await slow.engine.broker.publish([{ topic: `app/${channel}`, frame: '{"event":"early"}' }]);
    expect(client.heard()).toEqual([]);
    slow[waitsFor].open();
    await settled();
    await slow.engine.broker.publish([{ topic: `app/${channel}`, frame: '{"event":"later"}' }]);
    const events = client.heard().map(({ event }) => event);
    expect(events[0]).toBe(success);
    expect(events.at(-1)).toBe('later');
  });

  it('may not send client events before its success', async () => {
    const slow = createSlowEngine();
    const client = await slow.engine.connect();
    slow[waitsFor].close();
    await client.subscribe(channel, memberFor(channel));
    await client.whisper(channel, 'client-x', 'd');
    expect(client.heard()).toMatchObject([{ event: 'pusher:error', data: { code: null } }]);
    slow[waitsFor].open();
    await settled();
  });
});

describe('a join of a presence channel that takes its time', () => {
  it('shows the roster as it is when the answer is sent', async () => {
    const { engine, seats } = createSlowEngine();
    const [a, b, c] = [await engine.connect(), await engine.connect(), await engine.connect()];
    await a.subscribe('presence-room', { user_id: 'a' });
    seats.close();
    await b.subscribe('presence-room', { user_id: 'b' });
    await a.unsubscribe('presence-room');
    await c.subscribe('presence-room', { user_id: 'c' });
    seats.open();
    await settled();
    expect(b.heard()).toMatchObject([{ event: success, data: { presence: { ids: ['b', 'c'] } } }]);
    expect(c.heard()).toMatchObject([{ event: success, data: { presence: { ids: ['b', 'c'] } } }]);
  });

  it('keeps the seat of a user whose other connection leaves meanwhile', async () => {
    const { engine, seats } = createSlowEngine();
    const [first, second, watcher] = [await engine.connect(), await engine.connect(), await engine.connect()];
    await watcher.subscribe('presence-room', { user_id: 'watcher' });
    await first.subscribe('presence-room', { user_id: 'a' });
    watcher.heard();
    seats.close();
    await second.subscribe('presence-room', { user_id: 'a' });
    await first.disconnect();
    seats.open();
    await settled();
    expect(watcher.heard()).toEqual([]);
    expect(second.heard()).toMatchObject([{ event: success, data: { presence: { ids: ['watcher', 'a'] } } }]);
  });

  it('does not reserve the last seat for a connection that closes', async () => {
    const { engine, seats } = createSlowEngine();
    const [gone, watcher] = [await engine.connect(), await engine.connect()];
    await watcher.subscribe('presence-room', { user_id: 'watcher' });
    seats.close();
    await gone.subscribe('presence-room', { user_id: 'gone' });
    await gone.disconnect();
    seats.open();
    await settled();
    const channel = watcher.connection.subscriptions.get('presence-room')?.channel;
    expect(channel?.roster?.userIds()).toEqual(['watcher']);
    expect(engine.recorder.take('member_added', 'member_removed').map((event) => `${event.type} ${'userId' in event ? event.userId : ''}`)).toEqual([
      'member_added watcher',
      'member_added gone',
      'member_removed gone',
    ]);
  });
});

describe('the cached event of a subscribe that takes its time', () => {
  const address = { appId: 'app', channel: { name: 'cache-room', kind: 'public', isCache: true, needsAuth: false } } as const;
  const frame = '{"event":"new","channel":"cache-room","data":""}';

  it('is the one that was published while the old one travelled', async () => {
    const { engine, cache } = createSlowEngine();
    const client = await engine.connect();
    await engine.cache.set(address, { event: 'old', data: '' }, 60);
    cache.close();
    await client.subscribe('cache-room');
    void engine.cache.set(address, { event: 'new', data: '' }, 60);
    await engine.broker.publish([{ topic: 'app/cache-room', frame }]);
    cache.open();
    await settled();
    expect(client.heard().map(({ event }) => event)).toEqual([success, 'new']);
  });

  it('is followed by the one that is published as it arrives', async () => {
    const { engine, cache } = createSlowEngine();
    const client = await engine.connect();
    await engine.cache.set(address, { event: 'old', data: '' }, 60);
    cache.close();
    await client.subscribe('cache-room');
    const stored = engine.cache.set(address, { event: 'new', data: '' }, 60);
    cache.open();
    await stored;
    await engine.broker.publish([{ topic: 'app/cache-room', frame }]);
    await settled();
    expect(client.heard().at(-1)?.event).toBe('new');
  });

  it('is sent in the end on a channel that never rests', async () => {
    const { engine, cache } = createSlowEngine();
    const client = await engine.connect();
    await engine.cache.set(address, { event: 'kept', data: '' }, 60);
    cache.close();
    await client.subscribe('cache-room');
    for (let round = 0; round < 20 && client.socket.frames.length === 1; round += 1) {
      engine.hub.deliver({ topic: 'app/cache-room', frame });
      cache.open();
      cache.close();
      await settled();
    }
    expect(client.heard().map(({ event }) => event)).toEqual([success, 'kept']);
  });
});
