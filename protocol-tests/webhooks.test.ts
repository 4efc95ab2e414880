import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HttpReceiver, type ReceivedRequest } from '../src/testing/http-receiver.ts';
import { Client } from './support/client.ts';
import { startServer, type TestServer } from './support/server.ts';
import { type Target, targetAt } from './support/target.ts';
import { unique } from './support/unique.ts';
import { hooked, readWithSdk, toldOf } from './support/webhooks.ts';

const other = { id: 'other', key: 'other-key', secret: 'other-secret' };
const soon = { timeout: 8000, interval: 20 };

describe('webhooks (clause 7)', () => {
  let receiver: HttpReceiver;
  let server: TestServer;
  let target: Target;

  beforeAll(async () => {
    receiver = await HttpReceiver.open();
    const all = { url: receiver.url('/all') };
    const rooms = { url: receiver.url('/rooms'), events: ['channel_occupied'], filter: { channelNameStartsWith: 'presence-' }, batch: true };
    const shared = { url: receiver.url('/shared'), events: ['channel_occupied'], filter: { channelNameEndsWith: '-shared' }, batch: true };
    server = await startServer({
      apps: [
        { ...hooked, subscriptionCount: true, webhooks: [all, rooms, shared] },
        { ...other, webhooks: [shared] },
      ],
      webhooks: { allowPrivateTargets: true, smoothingMilliseconds: 1500, batchMilliseconds: 50 },
    });
    target = targetAt(server.httpUrl, hooked);
  });

  afterAll(async () => {
    await server.stop();
    await receiver.close();
  });

  const untilTold = (channel: string, expected: readonly object[], path?: string): Promise<void> =>
    expect.poll(() => toldOf(receiver, channel, path), soon).toEqual(expected);

  it('tell of a presence channel and of what its members say', async () => {
    const channel = unique('presence-room');
    const [ann, bob] = [await Client.connect(target), await Client.connect(target)];
    await ann.subscribe(channel, { user_id: 1 });
    await bob.subscribe(channel, { user_id: 'bob' });
    ann.send({ event: 'client-x', channel, data: { text: 'é😀' } });
    await bob.next('client-x');
    bob.unsubscribe(channel);
    await ann.next('pusher_internal:member_removed');
    await ann.close();
    await untilTold(channel, [
      { name: 'channel_occupied', channel },
      { name: 'member_added', channel, user_id: '1' },
      { name: 'member_added', channel, user_id: 'bob' },
      { name: 'client_event', channel, event: 'client-x', data: '{"text":"é😀"}', socket_id: ann.socketId, user_id: '1' },
      { name: 'member_removed', channel, user_id: 'bob' },
      { name: 'member_removed', channel, user_id: '1' },
      { name: 'channel_vacated', channel },
    ]);
  });

  it('tell of missed cached events and of the number of subscriptions', async () => {
    const channel = unique('private-cache-room');
    const client = await Client.connect(target);
    await client.subscribe(channel);
    await client.next('pusher:cache_miss');
    client.send({ event: 'client-x', channel, data: 'text' });
    await expect.poll(() => toldOf(receiver, channel), soon).toHaveLength(4);
    expect(toldOf(receiver, channel)).toEqual(
      expect.arrayContaining([
        { name: 'channel_occupied', channel },
        { name: 'subscription_count', channel, subscription_count: 1 },
        { name: 'cache_miss', channel },
        { name: 'client_event', channel, event: 'client-x', data: 'text', socket_id: client.socketId },
      ]),
    );
  });

  it('are posts of JSON, with an id per event and the time in milliseconds', async () => {
    const channel = unique('room');
    const client = await Client.connect(target);
    const before = Date.now();
    await client.subscribe(channel);
    await untilTold(channel, [
      { name: 'channel_occupied', channel },
      { name: 'subscription_count', channel, subscription_count: 1 },
    ]);
    const requests = receiver.requests.filter(({ body }) => body.includes(channel));
    expect(requests.map(({ method, headers }) => [method, headers['content-type']])).toEqual(requests.map(() => ['POST', 'application/json']));
    const bodies = requests.map(({ body }) => JSON.parse(body));
    for (const { time_ms, events } of bodies) {
      expect(time_ms).toBeGreaterThanOrEqual(before - 50);
      expect(time_ms).toBeLessThanOrEqual(Date.now());
      expect(events).toHaveLength(1);
    }
    expect(new Set(bodies.map(({ events }) => events[0].id)).size).toBe(2);
  });

  it('are not sent for a page reload', async () => {
    const channel = unique('presence-room');
    const first = await Client.connect(target);
    await first.subscribe(channel, { user_id: 'ann' });
    await first.close();
    const second = await Client.connect(target);
    await second.subscribe(channel, { user_id: 'ann' });
    second.send({ event: 'client-x', channel, data: {} });
    await second.close();
    const story = ['channel_occupied', 'member_added', 'client_event', 'member_removed', 'channel_vacated'];
    await expect.poll(() => toldOf(receiver, channel).map((event) => 'name' in event && event.name), soon).toEqual(story);
  });

  it('hold only what the endpoint asked for', async () => {
    const [inside, outside] = [unique('presence-room'), unique('room')];
    const client = await Client.connect(target);
    await client.subscribe(outside);
    await client.subscribe(inside, { user_id: 'ann' });
    await untilTold(inside, [{ name: 'channel_occupied', channel: inside }], '/rooms');
    expect(toldOf(receiver, outside, '/rooms')).toEqual([]);
  });

  it('never mix two apps in one request', async () => {
    const channel = `${unique('room')}-shared`;
    const neighbours = [await Client.connect(target), await Client.connect(targetAt(server.httpUrl, other))];
    await Promise.all(neighbours.map((client) => client.subscribe(channel)));
    const requests = (): readonly ReceivedRequest[] => receiver.requests.filter(({ path, body }) => path === '/shared' && body.includes(channel));
    await expect.poll(requests, soon).toHaveLength(2);
    for (const request of requests()) {
      const app = request.headers['x-pusher-key'] === hooked.key ? hooked : other;
      expect(readWithSdk(request, app)).toEqual([{ name: 'channel_occupied', channel, id: expect.any(String) }]);
    }
  });

  it('do not tell of the channels of users', async () => {
    const [userId, channel] = [unique('user'), unique('room')];
    const client = await Client.connect(target);
    await client.signIn({ id: userId });
    client.requestSubscription(`#server-to-user-${userId}`);
    await client.next('pusher_internal:subscription_succeeded');
    await client.subscribe(channel);
    await expect.poll(() => toldOf(receiver, channel), soon).toHaveLength(2);
    expect(receiver.requests.filter(({ body }) => body.includes(userId))).toEqual([]);
  });
});
