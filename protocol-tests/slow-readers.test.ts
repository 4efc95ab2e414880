import { expect, it } from 'vitest';
import { api } from './support/api.ts';
import { Client, dataOf } from './support/client.ts';
import { sharedApp } from './support/target.ts';
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
