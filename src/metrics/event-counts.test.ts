import { describe, expect, it } from 'vitest';
import { open } from '../core/open.ts';
import { FakeSocket } from '../testing/fake-socket.ts';
import { testApp } from '../testing/test-app.ts';
import { createTestEngine } from '../testing/test-engine.ts';
import { closeReasonOf } from './close-reason.ts';
import { EventCounts } from './event-counts.ts';

describe('what happens now and then', () => {
  it('is counted by app and by the reason of its end', async () => {
    const engine = createTestEngine();
    const { turnover } = new EventCounts(engine.events);
    const clients = [await engine.connect(), await engine.connect(), await engine.connect()];
    for (const [index, code] of [1000, 1006].entries()) await clients[index]?.disconnect(code);
    expect(turnover.get('app')?.opened).toBe(3);
    expect(turnover.get('app')?.closed).toEqual(
      new Map([
        ['client', 1],
        ['lost', 1],
      ]),
    );
  });

  it('tells handshakes of strangers from those that come at a bad time', async () => {
    const engine = createTestEngine({ apps: [testApp({ maxConnections: 0 })] });
    const { authFailures, refusedHandshakes } = new EventCounts(engine.events);
    for (const key of ['key', 'nobody']) await open(engine, new FakeSocket(engine.topics), { key, protocol: '7' }, () => false);
    expect(Object.fromEntries(refusedHandshakes)).toEqual({ OVER_QUOTA: 1, UNKNOWN_APP: 1 });
    expect(Object.fromEntries(authFailures)).toEqual({ handshake: 1 });
  });

  it('counts a refused signature, and no other refusal, as one of authentication', async () => {
    const engine = createTestEngine();
    const { authFailures } = new EventCounts(engine.events);
    const client = await engine.connect();
    client.say({ event: 'pusher:subscribe', data: { channel: 'private-room', auth: 'x:y' } });
    client.say({ event: 'pusher:subscribe', data: { channel: 'not a name', auth: '' } });
    client.say('nonsense');
    expect(Object.fromEntries(authFailures)).toEqual({ channel: 1 });
  });
});

it.each([
  [1000, 'client'],
  [1006, 'lost'],
  [1009, 'message_too_big'],
  [4201, 'pong_missing'],
  [3333, 'other'],
  [Number.NaN, 'other'],
] as const)('a connection that was closed with %s is counted under %s', (code, reason) => {
  expect(closeReasonOf(code)).toBe(reason);
});
