import { describe, expect, it } from 'vitest';
import { settled } from '../testing/fake-clock.ts';
import { FakeSocket } from '../testing/fake-socket.ts';
import { Gate } from '../testing/gate.ts';
import { SlowConnectionQuota } from '../testing/slow-drivers.ts';
import { testApp } from '../testing/test-app.ts';
import { createTestEngine, type TestEngine } from '../testing/test-engine.ts';
import { open } from './open.ts';
import { type Drivers, QuotaUncertain } from './ports.ts';

function handshake(engine: TestEngine, key: string, protocol?: string) {
  const socket = new FakeSocket(engine.topics);
  return { socket, opened: open(engine, socket, { key, protocol }, () => socket.isClosed) };
}

describe('a connection', () => {
  it('opens with its socket id and the activity timeout in the very first frame', async () => {
    const engine = createTestEngine({ apps: [testApp({ limits: { activityTimeoutSeconds: 120 } })] });
    const { socket, opened } = handshake(engine, 'key', '7');
    const connection = await opened;
    expect(socket.frames.map((frame) => JSON.parse(frame) as unknown)).toEqual([
      { event: 'pusher:connection_established', data: JSON.stringify({ socket_id: connection?.socketId, activity_timeout: 120 }) },
    ]);
    expect(engine.hub.connections.get(connection?.socketId ?? '')).toBe(connection);
    expect(await engine.quota.count('app')).toBe(1);
    expect(engine.recorder.of('connected')).toEqual([{ type: 'connected', appId: 'app', socketId: connection?.socketId }]);
  });

  it.each([
    ['an unknown key', 'nobody', '7', 4001],
    ['an empty key', '', '7', 4001],
    ['a key named like a member of objects', '__proto__', '7', 4001],
    ['a revoked key', 'revoked', '7', 4001],
    ['a disabled app', 'disabled', '7', 4003],
    ['an app that may have no connection', 'full', '7', 4004],
    ['an old protocol', 'key', '3', 4007],
    ['a bad version', 'key', 'x', 4006],
    ['a bad version and an unknown key', 'nobody', 'x', 4006],
  ])('with %s is refused in a frame and in the close code', async (_, key, protocol, code) => {
    const apps = [
      testApp(),
      testApp({ id: 'keys', keys: [{ key: 'revoked', secret: 's', status: 'revoked' }] }),
      testApp({ id: 'off', keys: [{ key: 'disabled', secret: 's', status: 'active' }], enabled: false }),
      testApp({ id: 'none', keys: [{ key: 'full', secret: 's', status: 'active' }], maxConnections: 0 }),
    ];
    const engine = createTestEngine({ apps });
    const { socket, opened } = handshake(engine, key, protocol);
    expect(await opened).toBeUndefined();
    expect(socket.frames.map((frame) => JSON.parse(frame) as unknown)).toEqual([
      { event: 'pusher:error', data: { code, message: expect.stringMatching(/\S/) } },
    ]);
    expect(socket.ended?.code).toBe(code);
    expect(engine.recorder.take()).toMatchObject([{ type: 'connection_refused', code }]);
    expect(engine.hub.connections.size).toBe(0);
    for (const { id } of apps) expect(await engine.quota.count(id)).toBe(0);
  });

  it('may be made with a key that only verifies', async () => {
    const engine = createTestEngine({ apps: [testApp({ keys: [{ key: 'old', secret: 's', status: 'verify-only' }] })] });
    expect(await handshake(engine, 'old', undefined).opened).toBeDefined();
  });

  it('gives its place to another one when it closes', async () => {
    const engine = createTestEngine({ apps: [testApp({ maxConnections: 2 })] });
    const [first] = [await engine.connect(), await engine.connect()];
    await expect(engine.connect()).rejects.toThrow('4004');
    await first.disconnect();
    await engine.connect();
    expect(await engine.quota.count('app')).toBe(2);
  });

  it('whose peer left while it was decided holds no place and is not opened', async () => {
    const gate = new Gate();
    const engine = createTestEngine({ replace: ({ quota }: Drivers) => ({ quota: new SlowConnectionQuota(quota, () => gate.pass()) }) });
    gate.close();
    const { socket, opened } = handshake(engine, 'key', '7');
    await settled();
    socket.disconnect();
    gate.open();
    expect(await opened).toBeUndefined();
    expect(await engine.quota.count('app')).toBe(0);
    expect(engine.hub.connections.size).toBe(0);
    expect(engine.recorder.take()).toEqual([]);
  });

  it('is sent away for a moment, not for good, when it cannot be decided', async () => {
    const gate = new Gate();
    const engine = createTestEngine({ replace: ({ quota }: Drivers) => ({ quota: new SlowConnectionQuota(quota, () => gate.pass()) }) });
    gate.close();
    const { socket, opened } = handshake(engine, 'key', '7');
    await settled();
    gate.fail(new Error('the driver is away'));
    expect(await opened).toBeUndefined();
    expect(socket.ended?.code).toBe(4100);
    expect(engine.log.lines).toMatchObject([{ level: 'error' }]);
  });

  it('is sent away for a moment, and that is no fault, when nobody knows whether the app is full', async () => {
    const engine = createTestEngine({
      replace: ({ quota }: Drivers) => ({
        quota: new SlowConnectionQuota(quota, () => Promise.reject(new QuotaUncertain('a node has fallen silent'))),
      }),
    });
    const { socket, opened } = handshake(engine, 'key', '7');
    expect(await opened).toBeUndefined();
    expect(socket.ended?.code).toBe(4100);
    expect(engine.log.lines).toEqual([]);
  });

  it('has a close reason that says what was wrong and quotes only part of a long key', async () => {
    const engine = createTestEngine();
    const { socket, opened } = handshake(engine, 'x'.repeat(5000), '7');
    await opened;
    expect(socket.frames[0]?.length).toBeLessThan(300);
    expect(engine.recorder.of('connection_refused')[0]?.reason.length).toBeLessThan(200);
  });
});
