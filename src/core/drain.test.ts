import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { expectEmpty } from '../testing/expect-empty.ts';
import type { TestClient } from '../testing/test-client.ts';
import { createTestEngine } from '../testing/test-engine.ts';
import { drain } from './drain.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});

afterEach(() => {
  vi.useRealTimers();
});

async function crowd(size: number) {
  const engine = createTestEngine();
  const clients: TestClient[] = [];
  for (let index = 0; index < size; index += 1) clients.push(await engine.connect());
  return { engine, clients };
}

describe('draining', () => {
  it('closes every connection with 4200 and tells it why', async () => {
    const { engine, clients } = await crowd(7);
    for (const client of clients) await client.subscribe('presence-room', { user_id: client.socketId });
    for (const client of clients) client.heard();
    await drain(engine.hub, 0);
    for (const { socket } of clients) {
      expect(socket.ended?.code).toBe(4200);
      expect(JSON.parse(socket.frames.at(-1) ?? '')).toMatchObject({ event: 'pusher:error', data: { code: 4200 } });
    }
    await expectEmpty(engine);
  });

  it('spreads the closes evenly over the window', async () => {
    const { engine } = await crowd(100);
    const drained = drain(engine.hub, 1);
    const left: number[] = [];
    for (let step = 0; step < 10; step += 1) {
      left.push(engine.hub.connections.size);
      await vi.advanceTimersByTimeAsync(100);
    }
    await drained;
    expect(left).toEqual([90, 80, 70, 60, 50, 40, 30, 20, 10, 0]);
  });

  it('paces fewer connections than there are steps', async () => {
    const { engine } = await crowd(2);
    const drained = drain(engine.hub, 1);
    expect(engine.hub.connections.size).toBe(1);
    await vi.advanceTimersByTimeAsync(1000);
    await drained;
    expect(engine.hub.connections.size).toBe(0);
  });

  it('is done as soon as everybody has left', async () => {
    const { engine, clients } = await crowd(50);
    const drained = drain(engine.hub, 3600);
    for (const { socket } of clients) socket.disconnect();
    await vi.advanceTimersByTimeAsync(100);
    await drained;
    expect(engine.hub.connections.size).toBe(0);
  });

  it('is done at once when nobody is there', async () => {
    await drain(createTestEngine().hub, 3600);
  });

  it('also closes a connection that was admitted while it ran', async () => {
    const { engine } = await crowd(10);
    const drained = drain(engine.hub, 1);
    await vi.advanceTimersByTimeAsync(200);
    const late = await engine.connect();
    await vi.advanceTimersByTimeAsync(1000);
    await drained;
    expect(late.socket.ended).toMatchObject({ code: 4200 });
  });

  it('does not follow the order of arrival', async () => {
    const { engine, clients } = await crowd(100);
    const order: number[] = [];
    engine.events.listen('disconnected', ({ socketId }) => order.push(clients.findIndex((client) => client.socketId === socketId)));
    await drain(engine.hub, 0);
    expect(order).toHaveLength(100);
    expect(order).not.toEqual(order.toSorted((one, other) => one - other));
  });
});
