import { describe, expect, it } from 'vitest';
import { Client } from './support/client.ts';
import { errorFrame } from './support/refusal.ts';
import { needsOwnServer, sharedApp, type Target } from './support/target.ts';
import { unique } from './support/unique.ts';

const plain = sharedApp('plain');

/** Two connections on one channel; the sender is the first. */
async function pair(channel: string, target: Target = plain): Promise<readonly [sender: Client, receiver: Client]> {
  const sender = await Client.connect(target);
  const receiver = await Client.connect(target);
  const isPresence = channel.startsWith('presence-');
  await sender.subscribe(channel, isPresence ? { user_id: 'sender' } : undefined);
  await receiver.subscribe(channel, isPresence ? { user_id: 'receiver' } : undefined);
  if (isPresence) await sender.next('pusher_internal:member_added');
  return [sender, receiver];
}

const error = errorFrame(null);

describe('a client event (clause 3.3)', () => {
  it('reaches all others on a private channel, and not its sender', async () => {
    const channel = unique('private-room');
    const [sender, receiver] = await pair(channel);
    const third = await Client.connect(plain);
    await third.subscribe(channel);
    sender.send({ event: 'client-typing', channel, data: '{"name":"Ann"}' });
    for (const client of [receiver, third]) expect(await client.next()).toEqual({ event: 'client-typing', channel, data: '{"name":"Ann"}' });
    await sender.quiet();
    await receiver.quiet();
  });

  it('carries the user_id of its sender on a presence channel', async () => {
    const channel = unique('presence-room');
    const [sender, receiver] = await pair(channel);
    sender.send({ event: 'client-typing', channel, data: '{}' });
    expect(await receiver.next()).toEqual({ event: 'client-typing', channel, data: '{}', user_id: 'sender' });
  });

  it('carries a numeric user_id as a string', async () => {
    const channel = unique('presence-room');
    const [, receiver] = await pair(channel);
    const sender = await Client.connect(plain);
    await sender.subscribe(channel, { user_id: 7 });
    await receiver.next('pusher_internal:member_added');
    sender.send({ event: 'client-typing', channel, data: '{}' });
    expect(await receiver.next()).toMatchObject({ user_id: '7' });
  });

  it('reaches other connections of the same user', async () => {
    const channel = unique('presence-room');
    const [sender] = await pair(channel);
    const second = await Client.connect(plain);
    await second.subscribe(channel, { user_id: 'sender' });
    sender.send({ event: 'client-typing', channel, data: '{}' });
    expect(await second.next()).toMatchObject({ event: 'client-typing', user_id: 'sender' });
  });

  it.each(['private-', 'presence-'])('loses what its sender forges on a %s channel', async (prefix) => {
    const channel = unique(`${prefix}room`);
    const [sender, receiver] = await pair(channel);
    sender.send({ event: 'client-typing', channel, data: '{}', user_id: 'mallory', socket_id: '1.1', extra: true });
    const frame = await receiver.next();
    expect(Object.keys(frame).toSorted()).toEqual(['channel', 'data', 'event', ...(prefix === 'presence-' ? ['user_id'] : [])]);
    expect(frame.user_id).toBe(prefix === 'presence-' ? 'sender' : undefined);
  });

  it.each([[{ a: [1, { b: null }], ü: '"' }], [[1, 'two']], [7], [true], [null]])(
    'with the data %j is relayed with a string that says the same',
    async (data) => {
      const channel = unique('private-room');
      const [sender, receiver] = await pair(channel);
      sender.send({ event: 'client-typing', channel, data });
      const frame = await receiver.next();
      expect(JSON.parse(String(frame.data))).toEqual(data);
      expect(frame.data).toBeTypeOf('string');
    },
  );

  it('without data is relayed', async () => {
    const channel = unique('private-room');
    const [sender, receiver] = await pair(channel);
    sender.send({ event: 'client-typing', channel });
    expect(await receiver.next()).toMatchObject({ event: 'client-typing', channel });
  });

  it.each(['client-', 'client-a b\\c"d', 'client-ü😀', 'client-pusher:error', `client-${'x'.repeat(193)}`])('may be called %s', async (event) => {
    const channel = unique('private-room');
    const [sender, receiver] = await pair(channel);
    sender.send({ event, channel, data: '{}' });
    expect(await receiver.next()).toMatchObject({ event });
  });

  it('may carry 10 KB', async () => {
    const channel = unique('private-room');
    const [sender, receiver] = await pair(channel);
    sender.send({ event: 'client-big', channel, data: 'x'.repeat(10_240) });
    expect((await receiver.next()).data).toHaveLength(10_240);
  });

  it('arrives in the order in which it was sent', async () => {
    const channel = unique('private-room');
    const [sender, receiver] = await pair(channel);
    for (let number = 0; number < 10; number += 1) sender.send({ event: 'client-count', channel, data: number });
    for (let number = 0; number < 10; number += 1) expect(await receiver.next()).toMatchObject({ data: String(number) });
  });

  it('arrives although its sender leaves at once', async () => {
    const channel = unique('private-room');
    const [sender, receiver] = await pair(channel);
    for (let number = 0; number < 10; number += 1) sender.send({ event: 'client-last-words', channel, data: number });
    await sender.close();
    for (let number = 0; number < 10; number += 1) expect(await receiver.next()).toMatchObject({ data: String(number) });
  });

  it('arrives although its sender unsubscribes at once', async () => {
    const channel = unique('private-room');
    const [sender, receiver] = await pair(channel);
    for (let number = 0; number < 10; number += 1) sender.send({ event: 'client-last-words', channel, data: number });
    sender.unsubscribe(channel);
    for (let number = 0; number < 10; number += 1) expect(await receiver.next()).toMatchObject({ data: String(number) });
    await sender.quiet();
  });

  it('does not leave the app', async (context) => {
    needsOwnServer('a second app')(context);
    const channel = unique('private-room');
    const [sender, receiver] = await pair(channel);
    const [elsewhere] = await pair(channel, sharedApp('other'));
    sender.send({ event: 'client-typing', channel, data: '{}' });
    await receiver.next('client-typing');
    await elsewhere.quiet();
  });
});

describe('a client event is refused with an error to its sender only (clause 3.3)', () => {
  it.each(['room', 'cache-room', 'private-encrypted-room', 'private-encrypted-cache-room'])('on a channel like %s', async (prefix) => {
    const channel = unique(prefix);
    const [sender, receiver] = await pair(channel);
    if (prefix.includes('cache')) for (const client of [sender, receiver]) await client.next('pusher:cache_miss');
    sender.send({ event: 'client-typing', channel, data: '{}' });
    expect(await sender.next()).toEqual(error);
    await sender.quiet();
    await receiver.quiet();
  });

  it('on a channel that its sender has not subscribed', async () => {
    const channel = unique('private-room');
    const [member] = await pair(channel);
    const outsider = await Client.connect(plain);
    outsider.send({ event: 'client-typing', channel, data: '{}' });
    expect(await outsider.next()).toEqual(error);
    await member.quiet();
  });

  it('on a channel that its sender has left', async () => {
    const channel = unique('private-room');
    const [sender, receiver] = await pair(channel);
    sender.unsubscribe(channel);
    sender.send({ event: 'client-typing', channel, data: '{}' });
    expect(await sender.next()).toEqual(error);
    await receiver.quiet();
  });

  it('to another user', async () => {
    const id = unique('ben');
    const ben = await Client.connect(plain);
    await ben.signIn({ id });
    const ann = await Client.connect(plain);
    ann.send({ event: 'client-typing', channel: `#server-to-user-${id}`, data: '{}' });
    expect(await ann.next()).toEqual(error);
    ben.send({ event: 'client-typing', channel: `#server-to-user-${id}`, data: '{}' });
    expect(await ben.next()).toEqual(error);
    await ben.quiet();
  });

  it.each(['typing', 'my-client-typing', 'Client-typing', 'client', 'clientx', 'pusher:member_added'])('when it is called %s', async (event) => {
    const channel = unique('private-room');
    const [sender, receiver] = await pair(channel);
    sender.send({ event, channel, data: '{}' });
    expect(await sender.next()).toEqual(error);
    await receiver.quiet();
  });

  it('when its name is longer than 200 characters', async () => {
    const channel = unique('private-room');
    const [sender, receiver] = await pair(channel);
    sender.send({ event: `client-${'x'.repeat(194)}`, channel, data: '{}' });
    expect(await sender.next()).toEqual(error);
    await receiver.quiet();
  });

  it.each([
    ['text', 'x'.repeat(10_241)],
    ['text that is longer in UTF-8', 'ü'.repeat(5121)],
    ['an object', { text: 'x'.repeat(10_240) }],
  ])('when its data is more than 10 KB of %s', async (_what, data) => {
    const channel = unique('private-room');
    const [sender, receiver] = await pair(channel);
    sender.send({ event: 'client-big', channel, data });
    expect(await sender.next()).toEqual(error);
    await receiver.quiet();
  });

  it('when the app does not accept client events', async (context) => {
    needsOwnServer('an app without client events')(context);
    const channel = unique('private-room');
    const [sender, receiver] = await pair(channel, sharedApp('muted'));
    sender.send({ event: 'client-typing', channel, data: '{}' });
    expect(await sender.next()).toEqual(error);
    await receiver.quiet();
  });
});
