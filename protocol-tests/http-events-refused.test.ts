import { describe, expect, it } from 'vitest';
import { type Answer, api, trigger } from './support/api.ts';
import { expectFault } from './support/fault.ts';
import { listener } from './support/listener.ts';
import { sharedApp } from './support/target.ts';
import { unique } from './support/unique.ts';

const plain = sharedApp('plain');
const publish = (event: unknown): Promise<Answer> => api(plain, 'POST', '/events', event);

describe('the size of an event', () => {
  it('may be 10,240 bytes of data', async () => {
    const room = unique('room');
    const client = await listener(plain, room);
    await trigger(plain, { name: 'big', data: 'é'.repeat(5120), channels: [room] });
    expect((await client.next('big')).data).toBe('é'.repeat(5120));
  });

  it.each(['x'.repeat(10_241), 'é'.repeat(5121)])('is refused with 413 above that', async (data) => {
    const room = unique('room');
    const client = await listener(plain, room);
    const error = expectFault(await publish({ name: 'big', data, channels: [room] }), 413);
    expect(error).toBe('The data content of this event exceeds the allowed maximum (10240 bytes)');
    await client.quiet();
  });
});

describe('an event that is not well-formed', () => {
  const good = { name: 'greeting', data: 'hello' };

  it.each([undefined, null, 7, true, {}, [], ['x'], '', 'n'.repeat(201), 'pusher:error', 'pusher_internal:member_added'])(
    'is refused with name %j',
    async (name) => {
      expectFault(await publish({ ...good, name, channels: [unique('room')] }), 400);
    },
  );

  it.each([undefined, null, 7, true, {}, [], ['x']])('is refused with data %j', async (data) => {
    expectFault(await publish({ ...good, data, channels: [unique('room')] }), 400);
  });

  it.each([
    undefined,
    [],
    {},
    7,
    'room',
    [7],
    [null],
    [['a']],
    [{}],
    [''],
    ['a b'],
    ['a/b'],
    ['ünï'],
    ['#a'],
    ['a\n'],
    ['c'.repeat(201)],
    ['#server-to-user-'],
  ])('is refused with channels %j', async (channels) => {
    expectFault(await publish({ ...good, channels }), 400);
  });

  it('is refused with 101 channels', async () => {
    expectFault(await publish({ ...good, channels: Array.from({ length: 101 }, (_, index) => `room-${index}`) }), 400);
  });

  it('reaches none of its channels when one of them is wrong', async () => {
    const room = unique('room');
    const client = await listener(plain, room);
    expectFault(await publish({ ...good, channels: [room, 'not a name'] }), 400);
    await client.quiet();
  });
});
