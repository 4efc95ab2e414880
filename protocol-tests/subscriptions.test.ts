import { beforeEach, describe, expect, it } from 'vitest';
import { api, trigger } from './support/api.ts';
import { Client } from './support/client.ts';
import { errorFrame, refusal } from './support/refusal.ts';
import { needsOwnServer, sharedApp } from './support/target.ts';
import { unique } from './support/unique.ts';

const plain = sharedApp('plain');

describe('a subscription (clause 3.1)', () => {
  it('is confirmed with a string of an empty object', async () => {
    const client = await Client.connect(plain);
    const channel = unique('room');
    client.requestSubscription(channel);
    expect(await client.next()).toEqual({ event: 'pusher_internal:subscription_succeeded', channel, data: '{}' });
  });

  it('brings every event of the channel, with its data as it was published', async () => {
    const channel = unique('room');
    const clients = [await Client.connect(plain), await Client.connect(plain)];
    for (const client of clients) await client.subscribe(channel);
    const data = ' {"a": "ü\\u00fc\\n\\"/ 😀 \u2028"} ';
    await trigger(plain, { name: 'App\\Events\\Order.Shipped', channel, data });
    for (const client of clients) {
      expect(await client.next()).toEqual({ event: 'App\\Events\\Order.Shipped', channel, data });
      await client.quiet();
    }
  });

  it('does not bring events of other channels and other apps', async (context) => {
    needsOwnServer('a second app')(context);
    const channel = unique('room');
    const client = await Client.connect(plain);
    await client.subscribe(channel);
    await trigger(sharedApp('other'), { name: 'elsewhere', channel, data: '{}' });
    await trigger(plain, { name: 'elsewhere', channel: unique('room'), data: '{}' });
    await trigger(plain, { name: 'here', channel, data: '{}' });
    expect(await client.next()).toMatchObject({ event: 'here' });
    await client.quiet();
  });

  it('does not bring an event back to the socket that caused it', async () => {
    const channel = unique('room');
    const author = await Client.connect(plain);
    const reader = await Client.connect(plain);
    await author.subscribe(channel);
    await reader.subscribe(channel);
    await trigger(plain, { name: 'written', channel, data: '1', socket_id: author.socketId });
    expect(await reader.next()).toMatchObject({ event: 'written', data: '1' });
    await author.quiet();
    await trigger(plain, { name: 'written', channel, data: '2', socket_id: '1.1' });
    expect(await author.next()).toMatchObject({ data: '2' });
    expect(await reader.next()).toMatchObject({ data: '2' });
  });

  it('brings an event whose author has not subscribed', async () => {
    const channel = unique('room');
    const author = await Client.connect(plain);
    const reader = await Client.connect(plain);
    await reader.subscribe(channel);
    await trigger(plain, { name: 'written', channel, data: '1', socket_id: author.socketId });
    expect(await reader.next()).toMatchObject({ event: 'written' });
  });

  it('brings an event that excludes a socket of another app', async (context) => {
    needsOwnServer('a second app')(context);
    const channel = unique('room');
    const [reader, stranger, fresh] = [
      await Client.connect(plain),
      await Client.connect(sharedApp('other')),
      await Client.connect(sharedApp('other')),
    ];
    await reader.subscribe(channel);
    await stranger.subscribe(channel);
    for (const { socketId } of [stranger, fresh]) await trigger(plain, { name: 'written', channel, data: socketId, socket_id: socketId });
    for (const { socketId } of [stranger, fresh]) expect(await reader.next()).toMatchObject({ event: 'written', data: socketId });
    await stranger.quiet();
  });

  it('brings events in the order in which they were published', async () => {
    const channel = unique('room');
    const client = await Client.connect(plain);
    await client.subscribe(channel);
    for (let number = 0; number < 60; number += 1) await trigger(plain, { name: 'count', channel, data: String(number) });
    for (let number = 0; number < 60; number += 1) expect(await client.next()).toMatchObject({ data: String(number) });
    await client.quiet();
  });

  it('begins with the confirmation and has no gaps after it, whatever is published meanwhile', async () => {
    const channel = unique('room');
    const clients = await Promise.all(Array.from({ length: 20 }, () => Client.connect(plain)));
    for (const [number, client] of clients.entries()) {
      client.requestSubscription(channel);
      await trigger(plain, { name: 'count', channel, data: String(number) });
    }
    for (const [joined, client] of clients.entries()) {
      expect(await client.next()).toMatchObject({ event: 'pusher_internal:subscription_succeeded' });
      const first = Number((await client.next()).data);
      expect([joined, joined + 1]).toContain(first); // the event published while the subscription was processed may be missed
      for (let number = first + 1; number < clients.length; number += 1) expect(await client.next()).toMatchObject({ data: String(number) });
      await client.quiet();
    }
  });
});

describe('a repeated subscription (clause 3.1)', () => {
  it('is confirmed again, brings each event once, and is undone by one unsubscription', async () => {
    const channel = unique('private-room');
    const client = await Client.connect(plain);
    await client.subscribe(channel);
    await client.subscribe(channel);
    await trigger(plain, { name: 'once', channel, data: '{}' });
    expect(await client.next()).toMatchObject({ event: 'once' });
    await client.quiet();
    client.unsubscribe(channel);
    await client.quiet();
    await trigger(plain, { name: 'never', channel, data: '{}' });
    await client.quiet();
  });

  it('may be under way at the same time', async () => {
    const channel = unique('presence-room');
    const client = await Client.connect(plain);
    for (let times = 0; times < 5; times += 1) client.requestSubscription(channel, { user_id: '1' });
    for (let times = 0; times < 5; times += 1) expect(await client.next()).toMatchObject({ event: 'pusher_internal:subscription_succeeded' });
    await trigger(plain, { name: 'once', channel, data: '{}' });
    expect(await client.next()).toMatchObject({ event: 'once' });
    await client.quiet();
  });
});

describe('an unsubscription (clause 3.1)', () => {
  it('ends the events, without an acknowledgement', async () => {
    const channel = unique('room');
    const client = await Client.connect(plain);
    const witness = await Client.connect(plain);
    await client.subscribe(channel);
    await witness.subscribe(channel);
    client.unsubscribe(channel);
    await client.quiet();
    await trigger(plain, { name: 'later', channel, data: '{}' });
    expect(await witness.next()).toMatchObject({ event: 'later' });
    await client.quiet();
  });

  it.each(['', 'never-subscribed', 'private-never', 'presence-never', '#server-to-user-1', 'no valid name'])(
    'from "%s" is silent',
    async (channel) => {
      const client = await Client.connect(plain);
      client.unsubscribe(channel);
      await client.quiet();
    },
  );

  it('may be followed by a new subscription', async () => {
    const channel = unique('private-room');
    const client = await Client.connect(plain);
    await client.subscribe(channel);
    client.unsubscribe(channel);
    await client.subscribe(channel);
    await trigger(plain, { name: 'again', channel, data: '{}' });
    expect(await client.next()).toMatchObject({ event: 'again' });
    await client.quiet();
  });

  it('that follows the subscription at once wins', async () => {
    const channel = unique('presence-room');
    const client = await Client.connect(plain);
    client.requestSubscription(channel, { user_id: '1' });
    client.unsubscribe(channel);
    await client.next('pusher_internal:subscription_succeeded');
    await client.quiet();
    await trigger(plain, { name: 'later', channel, data: '{}' });
    await client.quiet();
    expect((await api(plain, 'GET', `/channels/${channel}`)).json).toMatchObject({ occupied: false });
  });

  it('is done by the close of the connection', async () => {
    const channel = unique('room');
    const client = await Client.connect(plain);
    await client.subscribe(channel);
    expect((await api(plain, 'GET', `/channels/${channel}`)).json).toMatchObject({ occupied: true });
    await client.close();
    expect((await api(plain, 'GET', `/channels/${channel}`)).json).toMatchObject({ occupied: false });
  });
});

describe('the channels of one connection (limits)', () => {
  it('are at most 1,000 by default', async () => {
    const client = await Client.connect(plain);
    const name = unique('room');
    for (let number = 0; number < 1000; number += 1) client.requestSubscription(`${name}-${number}`);
    for (let number = 0; number < 1000; number += 1) expect((await client.next()).event).toBe('pusher_internal:subscription_succeeded');
    client.requestSubscription(`${name}-1000`);
    expect(await client.next()).toEqual(refusal(`${name}-1000`, 'LimitReached', 403));
  });

  describe('where they are 3', () => {
    beforeEach(needsOwnServer('an app with a limit of 3 channels per connection'));
    const small = sharedApp('small');

    it('may be subscribed again, and make room when they are left', async () => {
      const client = await Client.connect(small);
      const names = ['a', 'b', 'c', 'd'].map((name) => unique(`private-${name}`));
      const [first = '', second = '', third = '', fourth = ''] = names;
      for (const name of [first, second, third, third]) await client.subscribe(name);
      client.requestSubscription(fourth);
      expect(await client.next()).toEqual(refusal(fourth, 'LimitReached', 403));
      await client.subscribe(second);
      client.unsubscribe(first);
      await client.subscribe(fourth);
      await client.quiet();
    });

    it('do not count refused subscriptions', async () => {
      const client = await Client.connect(small);
      for (let number = 0; number < 5; number += 1) client.send({ event: 'pusher:subscribe', data: { channel: 'private-x', auth: 'x:y' } });
      for (let number = 0; number < 5; number += 1) expect(await client.next()).toEqual(refusal('private-x', 'AuthError', 401));
      for (const name of ['a', 'b', 'c']) await client.subscribe(unique(`private-${name}`));
    });
  });
});

it('never hears of a channel it was refused', async () => {
  const channel = unique('private-room');
  const client = await Client.connect(plain);
  client.send({ event: 'pusher:subscribe', data: { channel, auth: 'x:y' } });
  expect(await client.next()).toEqual(refusal(channel, 'AuthError', 401));
  await trigger(plain, { name: 'secret', channel, data: '{}' });
  await client.quiet();
  client.send({ event: 'client-hello', channel, data: {} });
  expect(await client.next()).toEqual(errorFrame(null));
});
