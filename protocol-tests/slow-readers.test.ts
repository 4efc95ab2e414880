import { expect, it } from 'vitest';
import { api } from './support/api.ts';
import { apps } from './support/apps.ts';
import { Client, dataOf } from './support/client.ts';
import { ownServer } from './support/own-server.ts';
import { parseLog } from './support/server.ts';
import { sharedApp, type Target, targetAt } from './support/target.ts';
import { unique } from './support/unique.ts';

const plain = sharedApp('plain');

/** The 1 MB of the server comes on top of what the two kernels buffer. */
const enoughMegabytes = 64;

it('cuts a connection that does not read, and loses no event of those that do (limits: backpressure)', async () => {
  const channel = unique('presence-room');
  const reader = await Client.connect(plain);
  await reader.subscribe(channel, { user_id: 'reader' });
  const slow = await Client.connect(plain);
  await slow.subscribe(channel, { user_id: 'slow' });
  slow.pause();
  let isCut = false;
  const removed = reader.next('pusher_internal:member_removed').then((frame) => {
    isCut = true;
    return frame;
  });
  removed.catch(() => {}); // it is awaited below
  let published = 0;
  for (; !isCut && published < enoughMegabytes * 100; published += 10) {
    const batch = Array.from({ length: 10 }, (_, index) => ({ channel, name: 'big', data: String(published + index).padEnd(10_000, ' ') }));
    expect((await api(plain, 'POST', '/batch_events', { batch })).status).toBe(200);
    for (let index = 0; index < 10; index += 1) expect(Number((await reader.next('big')).data)).toBe(published + index);
  }
  expect(dataOf(await removed)).toEqual({ user_id: 'slow' });
  slow.resume();
  expect((await slow.closed).code).toBe(1006);
});

/** Publishes until the condition holds, or it is too much. */
async function publishUntil(target: Target, channel: string, isOver: () => boolean): Promise<void> {
  const batch = Array.from({ length: 10 }, () => ({ channel, name: 'big', data: 'x'.repeat(10_000) }));
  for (let published = 0; !isOver() && published < enoughMegabytes * 10; published += 1) {
    expect((await api(target, 'POST', '/batch_events', { batch })).status).toBe(200);
  }
}

it('says in its log whom it has cut', async (context) => {
  const server = await ownServer(context, { apps: [apps.plain], limits: { backpressureBytes: 65_536 } });
  const target = targetAt(server.httpUrl, apps.plain);
  const slow = await Client.connect(target);
  await slow.subscribe('room');
  slow.pause();
  const isSaid = (line: string) => parseLog(line)?.msg === 'closed a slow reader';
  await publishUntil(target, 'room', () => server.lines.some(isSaid));
  expect(parseLog(await server.line(isSaid))).toMatchObject({ level: 'warn', appId: apps.plain.id, socketId: slow.socketId });
});

it('cuts the slowest when all unsent bytes together are too many, although each reader alone has few', async (context) => {
  const limits = { backpressureBytes: 64 * 1_048_576, unsentBytes: 4 * 1_048_576 };
  const server = await ownServer(context, { apps: [apps.plain], limits });
  const target = targetAt(server.httpUrl, apps.plain);
  const slow = await Promise.all([1, 2, 3, 4].map(() => Client.connect(target)));
  for (const client of slow) await client.subscribe('room');
  const reader = await Client.connect(target);
  await reader.subscribe('room');
  for (const client of slow) client.pause();
  const isSaid = (line: string) => parseLog(line)?.msg === 'closed a reader: too many bytes are unsent';
  await publishUntil(target, 'room', () => server.lines.some(isSaid));
  expect(parseLog(await server.line(isSaid))).toMatchObject({ level: 'warn', appId: apps.plain.id });
  await reader.flush();
  await reader.quiet();
});
