import { describe, expect, it } from 'vitest';
import { type Answer, api } from './support/api.ts';
import { expectFault } from './support/fault.ts';
import { listener } from './support/listener.ts';
import { sharedApp } from './support/target.ts';
import { unique } from './support/unique.ts';

const plain = sharedApp('plain');

describe('POST /batch_events', () => {
  const publishBatch = (batch: unknown): Promise<Answer> => api(plain, 'POST', '/batch_events', { batch });
  const item = (channel: string, more: object = {}): object => ({ name: 'greeting', data: 'hello', channel, ...more });

  it('answers {} and delivers 10 events in their order', async () => {
    const room = unique('room');
    const client = await listener(plain, room);
    const batch = Array.from({ length: 10 }, (_, index) => item(room, { name: `event-${index}`, data: String(index) }));
    expect(await publishBatch(batch)).toMatchObject({ status: 200, text: '{}' });
    for (let index = 0; index < 10; index += 1) {
      expect(await client.next()).toEqual({ event: `event-${index}`, channel: room, data: String(index) });
    }
  });

  it('excludes per event', async () => {
    const room = unique('room');
    const [first, second] = [await listener(plain, room), await listener(plain, room)];
    await publishBatch([item(room, { name: 'a', socket_id: first.socketId }), item(room, { name: 'b', socket_id: second.socketId })]);
    expect((await first.next()).event).toBe('b');
    expect((await second.next()).event).toBe('a');
    await Promise.all([first.quiet(), second.quiet()]);
  });

  it('answers a list by index when an event asks for info', async () => {
    const [presence, open] = [unique('presence-room'), unique('room')];
    await (await listener(plain, open)).subscribe(presence, { user_id: 'ada' });
    const batch = [item(open, { info: 'subscription_count' }), item(open), item(presence, { info: 'user_count' })];
    expect(await publishBatch(batch)).toMatchObject({ status: 200, text: '{"batch":[{"subscription_count":1},{},{"user_count":1}]}' });
  });

  it('is refused with more than 10 events', async () => {
    const error = expectFault(await publishBatch(Array.from({ length: 11 }, () => item(unique('room')))), 400);
    expect(error).toContain('Batch too large');
  });

  it.each([undefined, null, [], {}, 'x', 7])('is refused with batch %j', async (batch) => {
    expectFault(await publishBatch(batch), 400);
  });

  it.each([
    null,
    7,
    'x',
    [],
    {},
    { data: 'd', channel: 'c' },
    { name: 'n', channel: 'c' },
    { name: 'n', data: 'd' },
    { name: 'n', data: 'd', channel: 'a b' },
  ])('publishes nothing when one event is %j', async (wrong) => {
    const room = unique('room');
    const client = await listener(plain, room);
    expectFault(await publishBatch([item(room), wrong, item(room)]), 400);
    await client.quiet();
  });

  it('publishes nothing when one event is too large', async () => {
    const room = unique('room');
    const client = await listener(plain, room);
    expectFault(await publishBatch([item(room), item(room, { data: 'x'.repeat(10_241) })]), 413);
    await client.quiet();
  });
});
