import { describe, expect, it } from 'vitest';
import { testApp } from '../testing/test-app.ts';
import { createTestEngine, type TestEngine } from '../testing/test-engine.ts';

const counting = testApp({ subscriptionCount: true });

/** As if so many sockets on all nodes had the channel. */
function setCount(engine: TestEngine, count: number): void {
  const channel = engine.hub.channels.get('app/room');
  if (channel === undefined) throw new Error('nobody is in the channel');
  engine.registry.hold(channel, count);
}

async function watcher() {
  const engine = createTestEngine({ apps: [counting] });
  const client = await engine.connect();
  await client.subscribe('room');
  client.heard();
  engine.recorder.take();
  const told = () => client.heard().map(({ data }) => (data as { subscription_count: number }).subscription_count);
  const tick = async (seconds: number) => {
    for (let second = 0; second < seconds; second += 1) {
      await engine.clock.advance(1000);
      engine.tick();
    }
  };
  return { engine, client, told, tick };
}

describe('subscription counts', () => {
  it('are told to every subscriber with every subscribe and unsubscribe, the joiner included, after its success', async () => {
    const engine = createTestEngine({ apps: [counting] });
    const [one, other] = [await engine.connect(), await engine.connect()];
    await one.subscribe('room');
    expect(one.heard()).toEqual([
      { event: 'pusher_internal:subscription_succeeded', channel: 'room', data: {} },
      { event: 'pusher_internal:subscription_count', channel: 'room', data: { subscription_count: 1 } },
    ]);
    await other.subscribe('room');
    expect(one.heard()).toMatchObject([{ event: 'pusher_internal:subscription_count', data: { subscription_count: 2 } }]);
    expect(other.heard()).toMatchObject([{ event: 'pusher_internal:subscription_succeeded' }, { data: { subscription_count: 2 } }]);
    await one.unsubscribe('room');
    expect(one.heard()).toEqual([]);
    expect(other.heard()).toMatchObject([{ data: { subscription_count: 1 } }]);
  });

  it('come after the cached event', async () => {
    const engine = createTestEngine({ apps: [counting] });
    const client = await engine.connect();
    await client.subscribe('cache-room');
    expect(client.heard().map(({ event }) => event)).toEqual([
      'pusher_internal:subscription_succeeded',
      'pusher:cache_miss',
      'pusher_internal:subscription_count',
    ]);
  });

  it('are not told by apps that do not want it, nor in presence channels', async () => {
    const engine = createTestEngine({
      apps: [testApp(), testApp({ id: 'other', keys: [{ key: 'k2', secret: 's', status: 'active' }], subscriptionCount: true })],
    });
    const [plain, other] = [await engine.connect(), await engine.connect('k2')];
    await plain.subscribe('room');
    await other.subscribe('presence-room', { user_id: 'a' });
    expect([...plain.heard(), ...other.heard()].map(({ event }) => event)).not.toContain('pusher_internal:subscription_count');
    expect(engine.recorder.of('subscription_count')).toEqual([]);
  });

  it('become events', async () => {
    const { engine } = await watcher();
    setCount(engine, 5);
    expect(engine.recorder.take()).toEqual([
      { type: 'subscription_count', appId: 'app', channel: 'room', subscriptionCount: 5, at: engine.clock.now() },
    ]);
  });

  it('are told at once up to 100 subscribers', async () => {
    const { engine, told } = await watcher();
    for (const count of [2, 3, 99, 100]) setCount(engine, count);
    expect(told()).toEqual([2, 3, 99, 100]);
  });

  it('are told at most every 5 seconds above, the latest last', async () => {
    const { engine, told, tick } = await watcher();
    for (const count of [101, 102, 103]) setCount(engine, count);
    expect(told()).toEqual([101]);
    await tick(4);
    setCount(engine, 104);
    expect(told()).toEqual([]);
    await tick(1);
    expect(told()).toEqual([104]);
    await tick(10);
    expect(told()).toEqual([]);
  });

  it('are told at once above 100 after 5 quiet seconds', async () => {
    const { engine, told, tick } = await watcher();
    setCount(engine, 101);
    await tick(6);
    setCount(engine, 102);
    expect(told()).toEqual([101, 102]);
  });

  it('are told at once when they fall to 100, and nothing stale follows', async () => {
    const { engine, told, tick } = await watcher();
    for (const count of [101, 102, 100, 99]) setCount(engine, count);
    expect(told()).toEqual([101, 100, 99]);
    await tick(6);
    expect(told()).toEqual([]);
  });

  it('are not told of a channel that everybody has left meanwhile', async () => {
    const { engine, client, tick } = await watcher();
    for (const count of [101, 102]) setCount(engine, count);
    await client.disconnect();
    const frames = client.socket.frames.length;
    engine.recorder.take();
    await tick(6);
    expect(client.socket.frames).toHaveLength(frames);
    expect(engine.recorder.take()).toEqual([]);
  });
});
