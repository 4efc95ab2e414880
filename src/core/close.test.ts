import { describe, expect, it } from 'vitest';
import { PusherError } from '../protocol/error.ts';
import { expectEmpty } from '../testing/expect-empty.ts';
import { testApp } from '../testing/test-app.ts';
import { createTestEngine } from '../testing/test-engine.ts';
import { close, end } from './close.ts';

describe('a close', () => {
  it('clears everything away, in the tick of the close', async () => {
    const engine = createTestEngine({ apps: [testApp({ watchlist: true, subscriptionCount: true })] });
    const client = await engine.connect();
    for (const channel of ['room', 'private-room', 'cache-room', 'private-encrypted-room']) await client.subscribe(channel);
    for (const channel of ['presence-room', 'presence-cache-room']) await client.subscribe(channel, { user_id: 'a' });
    await client.signIn({ id: 'a', watchlist: ['b', 'a'] });
    client.socket.disconnect();
    expect(engine.hub.connections.size).toBe(0);
    expect(engine.hub.channels.size).toBe(0);
    await expectEmpty(engine);
    expect(engine.recorder.of('channel_vacated')).toHaveLength(6);
    expect(engine.recorder.of('disconnected')).toEqual([{ type: 'disconnected', appId: 'app', socketId: client.socketId, code: 1006 }]);
    expect(engine.recorder.all().at(-1)).toMatchObject({ type: 'disconnected' });
  });

  it('counts once', async () => {
    const engine = createTestEngine();
    const [client, other] = [await engine.connect(), await engine.connect()];
    client.socket.disconnect();
    close(engine, client.connection, 1000);
    expect(await engine.quota.count('app')).toBe(1);
    expect(engine.recorder.of('disconnected')).toHaveLength(1);
    await other.disconnect();
    await expectEmpty(engine);
  });

  it('ends the looks of the heartbeat', async () => {
    const engine = createTestEngine();
    const client = await engine.connect();
    await client.disconnect();
    for (let second = 0; second < 100; second += 1) engine.heartbeat.tick();
    expect(client.connection.pingedAt).toBe(0);
  });

  it('does not lose the last events that the leaver sent to others', async () => {
    const engine = createTestEngine({ windowMilliseconds: 1 });
    const [leaver, other] = [await engine.connect(), await engine.connect()];
    for (const client of [leaver, other]) await client.subscribe('private-room');
    other.heard();
    for (const data of ['1', '2', '3']) await leaver.whisper('private-room', 'client-x', data);
    await leaver.disconnect();
    engine.outbox.flushAll();
    expect(other.heard().map(({ data }) => data)).toEqual([1, 2, 3]);
  });
});

describe('the end of a connection', () => {
  it('tells the client why, in a frame and in the close code', async () => {
    const engine = createTestEngine();
    const client = await engine.connect();
    end(client.connection, new PusherError('TERMINATED'));
    expect(client.heard()).toEqual([{ event: 'pusher:error', data: { code: 4009, message: 'Connection terminated by the application' } }]);
    expect(client.socket.ended).toEqual({ code: 4009, reason: 'Connection terminated by the application' });
    await expectEmpty(engine);
  });

  it('comes once', async () => {
    const engine = createTestEngine();
    const client = await engine.connect();
    end(client.connection, new PusherError('TERMINATED'));
    end(client.connection, new PusherError('SERVER_CLOSING'));
    expect(client.socket.ended?.code).toBe(4009);
  });

  it('does not come with a fault that has no code', async () => {
    const engine = createTestEngine();
    const client = await engine.connect();
    end(client.connection, new PusherError('REFUSED'));
    expect(client.socket.isClosed).toBe(false);
  });
});
