import { describe, expect, it } from 'vitest';
import { api, trigger } from './support/api.ts';
import { Client } from './support/client.ts';
import { refusal } from './support/refusal.ts';
import { needsOwnServer, sharedApp } from './support/target.ts';
import { unique } from './support/unique.ts';

const plain = sharedApp('plain');

const kinds = ['cache-', 'private-cache-', 'private-encrypted-cache-', 'presence-cache-'];
const memberOf = (channel: string) => (channel.startsWith('presence-') ? { user_id: unique('ann') } : undefined);

/** Connects, subscribes, and reads the confirmation, which must be the first frame. */
async function subscriber(channel: string): Promise<Client> {
  const client = await Client.connect(plain);
  client.requestSubscription(channel, memberOf(channel));
  expect(await client.next()).toMatchObject({ event: 'pusher_internal:subscription_succeeded', channel });
  return client;
}

const miss = (channel: string) => ({ event: 'pusher:cache_miss', channel });

describe('a cache channel (clause 3.4)', () => {
  it.each(kinds)('%s tells a subscriber right after the confirmation that it has no event', async (prefix) => {
    const channel = unique(`${prefix}news`);
    const client = await subscriber(channel);
    expect(await client.next()).toMatchObject(miss(channel));
    await client.quiet();
  });

  it.each(kinds)('%s brings the last event right after the confirmation, published before anybody subscribed', async (prefix) => {
    const channel = unique(`${prefix}news`);
    const data = ' {"nonce":"bm9uY2U=", "ciphertext":"Y2lwaGVy"} ';
    await trigger(plain, { name: 'first', channel, data: '1' });
    await trigger(plain, { name: 'last', channel, data });
    const client = await subscriber(channel);
    expect(await client.next()).toEqual({ event: 'last', channel, data });
    await client.quiet();
  });

  it('keeps the event after the last subscriber has left', async () => {
    const channel = unique('cache-news');
    const first = await subscriber(channel);
    await first.next('pusher:cache_miss');
    await trigger(plain, { name: 'news', channel, data: '1' });
    await first.next('news');
    await first.close();
    expect(await (await subscriber(channel)).next()).toMatchObject({ event: 'news', data: '1' });
  });

  it('keeps an event that excluded a socket, also for that socket', async () => {
    const channel = unique('cache-news');
    const author = await Client.connect(plain);
    await trigger(plain, { name: 'news', channel, data: '1', socket_id: author.socketId });
    await author.subscribe(channel);
    expect(await author.next()).toMatchObject({ event: 'news', data: '1' });
  });

  it('keeps the last event of a batch, and each channel its own of a request with several', async () => {
    const [first, second] = [unique('cache-first'), unique('private-cache-second')] as const;
    const batch = [
      { name: 'news', channel: first, data: '1' },
      { name: 'news', channel: first, data: '2' },
    ];
    expect((await api(plain, 'POST', '/batch_events', { batch })).status).toBe(200);
    expect(await (await subscriber(first)).next()).toMatchObject({ data: '2' });
    await trigger(plain, { name: 'news', channels: [first, second], data: '3' });
    for (const channel of [first, second]) expect(await (await subscriber(channel)).next()).toMatchObject({ channel, data: '3' });
  });

  it('does not keep client events', async () => {
    const channel = unique('private-cache-news');
    const [sender, receiver] = [await subscriber(channel), await subscriber(channel)];
    for (const client of [sender, receiver]) await client.next('pusher:cache_miss');
    sender.send({ event: 'client-hello', channel, data: '{}' });
    await receiver.next('client-hello');
    expect(await (await subscriber(channel)).next()).toMatchObject(miss(channel));
  });

  it('does not keep what was published to another app', async (context) => {
    needsOwnServer('a second app')(context);
    const channel = unique('cache-news');
    await trigger(sharedApp('other'), { name: 'news', channel, data: '1' });
    expect(await (await subscriber(channel)).next()).toMatchObject(miss(channel));
  });

  it('tells nothing to a refused subscriber', async () => {
    const channel = unique('private-cache-news');
    await trigger(plain, { name: 'news', channel, data: '1' });
    const client = await Client.connect(plain);
    client.send({ event: 'pusher:subscribe', data: { channel, auth: 'x:y' } });
    expect(await client.next()).toEqual(refusal(channel, 'AuthError', 401));
    await client.quiet();
  });

  it('is one only when its name says so right after its kind', async () => {
    for (const name of ['my-cache-news', 'private-my-cache-news', 'presence-my-cache-news', 'cachenews', 'Cache-news']) {
      const channel = unique(name);
      await trigger(plain, { name: 'news', channel, data: '1' });
      const client = await subscriber(channel);
      await client.quiet();
    }
  });

  it('forgets the event after its time to live', async (context) => {
    needsOwnServer('an app with a time to live of 1 second')(context);
    const small = sharedApp('small');
    const channel = unique('cache-news');
    await trigger(small, { name: 'news', channel, data: '1' });
    const client = await Client.connect(small);
    const cached = async () => {
      await client.subscribe(channel);
      const { event } = await client.next();
      client.unsubscribe(channel);
      return event;
    };
    expect(await cached()).toBe('news');
    await expect.poll(cached, { timeout: 5000 }).toBe('pusher:cache_miss');
  });
});
