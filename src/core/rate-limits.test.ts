import { describe, expect, it } from 'vitest';
import { testApp } from '../testing/test-app.ts';
import { createTestEngine } from '../testing/test-engine.ts';
import { receiveBinary } from './receive.ts';

const rateError = { event: 'pusher:error', data: { code: 4301, message: expect.stringMatching(/\S/) } };

function engineWith(limits: Parameters<typeof testApp>[0] = {}) {
  return createTestEngine({ apps: [testApp(limits)] });
}

describe('the rate of messages', () => {
  it('drops what is above it, says so each time, and counts it', async () => {
    const engine = engineWith({ limits: { messagesPerSecond: 2, messageBurst: 3 } });
    const client = await engine.connect();
    for (let number = 0; number < 5; number += 1) client.say({ event: 'pusher:ping' });
    expect(client.heard().map(({ event }) => event)).toEqual(['pusher:pong', 'pusher:pong', 'pusher:pong', 'pusher:error', 'pusher:error']);
    expect(engine.counters.messages).toBe(2);
    await engine.clock.advance(500);
    for (let number = 0; number < 2; number += 1) client.say({ event: 'pusher:ping' });
    expect(client.heard()).toMatchObject([{ event: 'pusher:pong' }, rateError]);
    expect(client.socket.ended).toBeUndefined();
  });

  it('counts binary messages, and leaving channels that it is not in', async () => {
    const engine = engineWith({ limits: { messagesPerSecond: 1, messageBurst: 2 } });
    const client = await engine.connect();
    receiveBinary(engine, client.connection);
    await client.unsubscribe('nowhere');
    receiveBinary(engine, client.connection);
    await client.unsubscribe('nowhere');
    expect(client.heard()).toMatchObject([{ data: { code: null } }, rateError, rateError]);
  });

  it('does not count subscriptions, and leaving what it is subscribed to', async () => {
    const engine = engineWith({ limits: { messagesPerSecond: 1, messageBurst: 1 } });
    const client = await engine.connect();
    client.say({ event: 'pusher:ping' });
    for (let number = 0; number < 20; number += 1) await client.subscribe(`room-${number}`);
    for (let number = 0; number < 20; number += 1) await client.unsubscribe(`room-${number}`);
    expect(client.heard().filter(({ event }) => event === 'pusher:error')).toEqual([]);
    expect(engine.hub.channels.size).toBe(0);
  });

  it('does not let through what only mentions a subscription', async () => {
    const engine = engineWith({ limits: { messagesPerSecond: 1, messageBurst: 1 } });
    const client = await engine.connect();
    client.say({ event: 'pusher:ping' });
    client.say({ event: 'pusher:ping', data: { why: '"pusher:subscribe"', event: 'pusher:subscribe' } });
    expect(client.heard()).toMatchObject([{ event: 'pusher:pong' }, rateError]);
  });

  it('ends the connection where that is wanted, once, and hears nothing of it meanwhile', async () => {
    const engine = engineWith({ limits: { messagesPerSecond: 1, messageBurst: 1, terminateOnRateLimit: true } });
    const client = await engine.connect();
    for (let number = 0; number < 5; number += 1) client.say({ event: 'pusher:ping' });
    receiveBinary(engine, client.connection);
    expect(client.heard()).toMatchObject([{ event: 'pusher:pong' }, rateError]);
    expect(engine.counters).toMatchObject({ terminated: 1, messages: 1 });
    for (let second = 0; second < 10; second += 1) engine.holding.tick();
    expect(client.socket.ended).toMatchObject({ code: 4100 });
    expect(engine.hub.connections.size).toBe(0);
  });

  it('forgets a connection that leaves before it is ended', async () => {
    const engine = engineWith({ limits: { messagesPerSecond: 1, messageBurst: 1, terminateOnRateLimit: true } });
    const client = await engine.connect();
    for (let number = 0; number < 2; number += 1) client.say({ event: 'pusher:ping' });
    await client.disconnect();
    for (let second = 0; second < 10; second += 1) engine.holding.tick();
    expect(client.socket.ended).toBeUndefined();
  });
});

describe('the rate of subscriptions', () => {
  it('delays what is above it, in order with what leaves, and lets go of it at the close', async () => {
    const engine = engineWith({ limits: { subscriptionsPerSecond: 2, channelsPerConnection: 2 } });
    const client = await engine.connect();
    for (const channel of ['a', 'b']) await client.subscribe(channel);
    for (const channel of ['a', 'b']) await client.unsubscribe(channel);
    for (const channel of ['c', 'd']) await client.subscribe(channel);
    await client.unsubscribe('c');
    expect(client.heard().map(({ channel }) => channel)).toEqual(['a', 'b']);
    await engine.clock.advance(1000);
    engine.pace.tick();
    expect(client.heard().map(({ channel }) => channel)).toEqual(['c', 'd']);
    expect([...engine.hub.channels.keys()]).toEqual(['app/d']);
    await client.subscribe('e');
    await client.disconnect();
    expect(engine.pace.size).toBe(0);
    await engine.clock.advance(5000);
    engine.pace.tick();
    expect(engine.hub.channels.size).toBe(0);
  });
});

describe('the rate of client events of a user', () => {
  const limits = { clientEventsPerSecond: 100, clientEventsPerSecondPerUser: 5 };

  async function whisper(engine: ReturnType<typeof engineWith>, signedIn: boolean, userId: string, times: number): Promise<number> {
    const client = await engine.connect();
    if (signedIn) await client.signIn({ id: userId });
    await client.subscribe('presence-room', { user_id: signedIn ? `other-${client.socketId}` : userId });
    client.heard();
    for (let number = 0; number < times; number += 1) await client.whisper('presence-room', 'client-x', '1');
    return times - client.heard().filter(({ event }) => event === 'pusher:error').length;
  }

  it.each([true, false])('is over all connections of the user (signed in: %s)', async (signedIn) => {
    const engine = engineWith({ limits });
    expect(await whisper(engine, signedIn, 'ann', 4)).toBe(4);
    expect(await whisper(engine, signedIn, 'ann', 4)).toBe(1);
    expect(await whisper(engine, signedIn, 'ben', 4)).toBe(4);
    expect(engine.counters).toMatchObject({ userClientEvents: 3, clientEvents: 0 });
    await engine.clock.advance(1000);
    expect(await whisper(engine, signedIn, 'ann', 9)).toBe(5);
  });

  it('does not concern connections without a user', async () => {
    const engine = engineWith({ limits });
    const client = await engine.connect();
    await client.subscribe('private-room');
    client.heard();
    for (let number = 0; number < 20; number += 1) await client.whisper('private-room', 'client-x', '1');
    expect(client.heard()).toEqual([]);
  });

  it('is one per app', async () => {
    const keys = [{ key: 'second', secret: 'secret', status: 'active' as const }];
    const engine = createTestEngine({ apps: [testApp({ limits }), testApp({ id: 'second', keys, limits })] });
    expect(await whisper(engine, false, 'ann', 5)).toBe(5);
    const client = await engine.connect('second');
    await client.subscribe('presence-room', { user_id: 'ann' });
    client.heard();
    await client.whisper('presence-room', 'client-x', '1');
    expect(client.heard()).toEqual([]);
  });
});
