import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { signChannel } from '../protocol/signature.ts';
import { settled } from '../testing/fake-clock.ts';
import { testApp } from '../testing/test-app.ts';
import { createTestEngine, type TestEngine } from '../testing/test-engine.ts';
import { close } from './close.ts';
import type { Connection } from './connection.ts';
import { open } from './open.ts';
import type { Socket } from './ports.ts';
import { receive } from './receive.ts';

/** A million with CLARION_LONG_TESTS=1, which take minutes. */
const times = process.env.CLARION_LONG_TESTS === '1' ? 1_000_000 : 20_000;
const timeout = times / 10 + 20_000;

/** Keeps nothing, so that what is left is the engine's. */
class NullSocket implements Socket {
  readonly unsentBytes = 0;
  send(): void {}
  publish(): void {}
  subscribe(): void {}
  unsubscribe(): void {}
  ping(): void {}
  end(): void {}
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

async function usedBytes(engine: TestEngine): Promise<number> {
  await settled();
  engine.recorder.take();
  for (let round = 0; round < 3; round += 1) collectGarbage();
  return process.memoryUsage().heapUsed;
}

/** Does a thing often, after it was done some times to warm up, and compares what is used before and after. */
async function expectReturned(engine: TestEngine, act: (number: number) => void | Promise<void>): Promise<void> {
  const many = async (from: number, to: number) => {
    for (let number = from; number < to; number += 1) {
      await act(number);
      if (number % 1000 === 0) engine.recorder.take();
    }
  };
  await many(0, 2000);
  const before = await usedBytes(engine);
  await many(2000, 2000 + times);
  expect(await usedBytes(engine)).toBeLessThan(before * 1.1);
}

function engineForMemory(): TestEngine {
  return createTestEngine({ apps: [testApp({ subscriptionCount: true, watchlist: true })] });
}

async function connect(engine: TestEngine): Promise<Connection> {
  const connection = await open(engine, new NullSocket(), { key: 'key', protocol: '7' }, () => false);
  if (connection === undefined) throw new Error('refused');
  return connection;
}

describe('memory is returned', { timeout }, () => {
  it('by channels that are made and left, each with a name of its own', async () => {
    const engine = engineForMemory();
    const connection = await connect(engine);
    await expectReturned(engine, (number) => {
      const channel = `room-${number}`;
      receive(engine, connection, JSON.stringify({ event: 'pusher:subscribe', data: { channel } }));
      receive(engine, connection, JSON.stringify({ event: 'pusher:unsubscribe', data: { channel } }));
    });
    expect([engine.hub.channels.size, engine.queue.size, engine.pace.size]).toEqual([0, 0, 0]);
  });

  it('by presence channels and members', async () => {
    const engine = engineForMemory();
    const connection = await connect(engine);
    await expectReturned(engine, async (number) => {
      const channel = `presence-room-${number}`;
      const channelData = JSON.stringify({ user_id: `user-${number}`, user_info: { name: 'x'.repeat(20) } });
      const auth = `key:${signChannel('secret', connection.socketId, channel, channelData)}`;
      receive(engine, connection, JSON.stringify({ event: 'pusher:subscribe', data: { channel, auth, channel_data: channelData } }));
      receive(engine, connection, JSON.stringify({ event: 'pusher:unsubscribe', data: { channel } }));
      if (number % 100 === 0) await settled();
    });
    expect([engine.hub.channels.size, engine.queue.size]).toEqual([0, 0]);
  });

  it('by connections that come and go, with a subscription, a rate, and silence', async () => {
    const engine = engineForMemory();
    await expectReturned(engine, async (number) => {
      const connection = await connect(engine);
      receive(engine, connection, JSON.stringify({ event: 'pusher:subscribe', data: { channel: `room-${number % 10}` } }));
      receive(engine, connection, JSON.stringify({ event: 'client-x', channel: 'room', data: number }));
      close(engine, connection, 1006);
      if (number % 100 === 0) engine.heartbeat.tick();
    });
    expect([engine.hub.connections.size, engine.hub.channels.size]).toEqual([0, 0]);
  });

  it('by idempotency keys, cached events, and users with a rate, as far as they have a limit', async () => {
    const engine = engineForMemory();
    await expectReturned(engine, async (number) => {
      const id = `key-${number}`;
      await engine.idempotency.claim(id, 'fingerprint');
      await engine.idempotency.complete(id, '{}');
      engine.rates.take(`user-${number}`, 10);
      await engine.clock.advance(200); // so that keys of two minutes are 600
    });
  });
});
