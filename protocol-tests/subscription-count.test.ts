import { beforeEach, describe, expect, it } from 'vitest';
import { Client, dataOf, type Frame } from './support/client.ts';
import { needsOwnServer, sharedApp } from './support/target.ts';
import { unique } from './support/unique.ts';

const counted = sharedApp('counted');

const countFrame = (channel: string, count: number) => ({
  event: 'pusher_internal:subscription_count',
  channel,
  data: `{"subscription_count":${count}}`,
});

async function subscriber(channel: string): Promise<Client> {
  const client = await Client.connect(counted);
  client.requestSubscription(channel);
  expect(await client.next()).toMatchObject({ event: 'pusher_internal:subscription_succeeded', channel });
  return client;
}

describe('subscription_count (clause 3.5)', () => {
  it('is not sent unless the app asks for it', async () => {
    const client = await Client.connect(sharedApp('plain'));
    await client.subscribe(unique('room'));
    await client.quiet();
  });

  describe('of an app that asks for it', () => {
    beforeEach(needsOwnServer('an app with subscription counts'));

    it.each(['room', 'private-room', 'private-encrypted-room'])(
      'is sent to all subscribers of a %s on every change, the joiner included',
      async (name) => {
        const channel = unique(name);
        const first = await subscriber(channel);
        expect(await first.next()).toEqual(countFrame(channel, 1));
        const second = await subscriber(channel);
        for (const client of [first, second]) expect(await client.next()).toEqual(countFrame(channel, 2));
        const third = await subscriber(channel);
        for (const client of [first, second, third]) expect(await client.next()).toEqual(countFrame(channel, 3));
        second.unsubscribe(channel);
        for (const client of [first, third]) expect(await client.next()).toEqual(countFrame(channel, 2));
        await third.close();
        expect(await first.next()).toEqual(countFrame(channel, 1));
        for (const client of [first, second]) await client.quiet();
      },
    );

    it('follows the cached event or the cache_miss', async () => {
      const channel = unique('cache-room');
      const client = await subscriber(channel);
      expect(await client.next()).toMatchObject({ event: 'pusher:cache_miss' });
      expect(await client.next()).toEqual(countFrame(channel, 1));
    });

    it('does not count a repeated subscription', async () => {
      const channel = unique('room');
      const client = await subscriber(channel);
      expect(await client.next()).toEqual(countFrame(channel, 1));
      await client.subscribe(channel);
      const frames = await client.flush();
      for (const frame of frames) expect(frame).toEqual(countFrame(channel, 1));
      client.unsubscribe(channel);
      const second = await subscriber(channel);
      expect(await second.next()).toEqual(countFrame(channel, 1));
    });

    it('is not sent on presence channels', async () => {
      const channel = unique('presence-room');
      const [ann, ben] = [await Client.connect(counted), await Client.connect(counted)];
      await ann.subscribe(channel, { user_id: 'ann' });
      await ben.subscribe(channel, { user_id: 'ben' });
      expect(await ann.next()).toMatchObject({ event: 'pusher_internal:member_added' });
      for (const client of [ann, ben]) await client.quiet();
    });

    it('is sent at most every 5 seconds above 100 subscribers, and tells the last number in the end', async () => {
      const channel = unique('room');
      const first = await subscriber(channel);
      for (let number = 2; number <= 120; number += 1) await subscriber(channel);
      const last = await first.next((frame) => frame.data === '{"subscription_count":120}');
      const all = first.received.map((text): Frame => JSON.parse(text)).filter(({ event }) => event === last.event);
      const numbers = all.map((frame) => Number(dataOf(frame).subscription_count));
      expect(numbers.slice(0, 100)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
      // 20 changes above 100 take far less than 10 seconds
      expect(numbers.slice(100).length).toBeLessThanOrEqual(3);
    });
  });
});
