import { expect, it } from 'vitest';
import { testApp } from '../testing/test-app.ts';
import { createTestEngine } from '../testing/test-engine.ts';
import { Traffic } from './traffic.ts';

it('counts by app, and each app once', () => {
  const traffic = new Traffic();
  traffic.sent('one', 3, 100);
  traffic.sent('one', 2, 10);
  traffic.sent('other', 0, 10);
  expect(traffic.of('one')).toMatchObject({ sentFrames: 5, sentBytes: 320 });
  expect([...traffic.apps.keys()]).toEqual(['one', 'other']);
});

it('counts answers by route and status', () => {
  const traffic = new Traffic();
  for (const status of [200, 200, 401]) traffic.answered('/up', status);
  expect(traffic.answers.get('/up')).toEqual(
    new Map([
      [200, 2],
      [401, 1],
    ]),
  );
});

it('counts a frame for each subscriber but the one that is left out', async () => {
  const engine = createTestEngine({ apps: [testApp({ clientEvents: true })] });
  const [speaker, listener] = [await engine.connect(), await engine.connect()];
  for (const client of [speaker, listener]) await client.subscribe('private-room');
  const before = { ...engine.traffic.of('app') };
  speaker.say({ event: 'client-x', channel: 'private-room', data: 'ü' });
  const [frame = ''] = listener.socket.frames.slice(-1);
  expect(engine.traffic.of('app')).toMatchObject({
    clientEvents: 1,
    sentFrames: before.sentFrames + 1,
    sentBytes: before.sentBytes + Buffer.byteLength(frame),
  });
});
