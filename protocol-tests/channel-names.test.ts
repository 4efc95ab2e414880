import { describe, expect, it } from 'vitest';
import { Client } from './support/client.ts';
import { refusal } from './support/refusal.ts';
import { sharedApp } from './support/target.ts';
import { unique } from './support/unique.ts';

const plain = sharedApp('plain');

describe('the kind of a channel (clause 3)', () => {
  it.each(['private-', 'private-encrypted-', 'presence-', 'private-cache-', 'private-encrypted-cache-', 'presence-cache-'])(
    'needs a signature when the name starts with %s',
    async (prefix) => {
      const client = await Client.connect(plain);
      const channel = unique(`${prefix}room`);
      client.send({ event: 'pusher:subscribe', data: { channel, auth: '', channel_data: '{"user_id":"1"}' } });
      expect(await client.next()).toEqual(refusal(channel, 'AuthError', 401));
      await client.quiet();
    },
  );

  it.each([
    'room',
    'my-private-room',
    'my-presence-room',
    'Private-room',
    'PRESENCE-room',
    'privateroom',
    'private_room',
    'presence.room',
    'encrypted-room',
    'team-cache-room',
    'x-private-cache-room',
  ])('is public when the name starts like %s', async (prefix) => {
    const client = await Client.connect(plain);
    const channel = unique(prefix);
    client.send({ event: 'pusher:subscribe', data: { channel, auth: '' } });
    expect(await client.next()).toMatchObject({ event: 'pusher_internal:subscription_succeeded', channel });
    await client.quiet(); // not even a cache_miss
  });
});

describe('the name of a channel (clause 3)', () => {
  it.each(['room', 'A-Z_a-z=0@9,.;', '-', '0', '__proto__', 'constructor', 'hasOwnProperty'])('may be %s', async (name) => {
    const client = await Client.connect(plain);
    await client.subscribe(name);
    await client.quiet();
  });

  it('may be one that Laravel makes', async () => {
    const client = await Client.connect(plain);
    await client.subscribe('private-App.Models.User.1');
  });

  it('may have 200 characters', async () => {
    const client = await Client.connect(plain);
    await client.subscribe(unique('long').padEnd(200, 'x'));
  });

  it.each([
    ['empty', ''],
    ['longer than 200 characters', 'x'.repeat(201)],
    ['very long', 'x'.repeat(50_000)],
    ['with a space', 'my room'],
    ['with a slash', 'my/room'],
    ['with a colon', 'my:room'],
    ['with a star', '*'],
    ['with letters beyond ASCII', 'räume'],
    ['with a line break at the end', 'room\n'],
    ['with a null character', 'room\u0000'],
    ['with a reserved start', '#room'],
    ['with quotes', '","event":"pusher:pong'],
    ['private and with a space', 'private-my room'],
  ])('is refused when it is %s', async (_what, channel) => {
    const client = await Client.connect(plain);
    client.requestSubscription(channel);
    expect(await client.next()).toEqual(refusal(channel, 'InvalidChannel', 400));
    await client.quiet();
  });
});
