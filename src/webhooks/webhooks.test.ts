import { describe, expect, it } from 'vitest';
import type { App } from '../core/app.ts';
import { appWithWebhooks, webhookEndpoint } from '../testing/webhook-app.ts';
import { createSharedQueue, failure, hook, WebhookNode } from '../testing/webhook-node.ts';

const channel = 'presence-room';

describe('webhooks', () => {
  it('tell each kind of fact with the fields and types of the protocol', async () => {
    const node = new WebhookNode([webhookEndpoint(hook)], { smoothingMilliseconds: 0 });
    await node.emit(
      { type: 'channel_occupied' },
      { type: 'member_added', userId: '1' },
      { type: 'client_event', event: 'client-x', data: '{"a":1}', socketId: '1.2', userId: '1' },
      { type: 'client_event', channel: 'private-room', event: 'client-x', data: '', socketId: '1.2' },
      { type: 'cache_miss', channel: 'cache-room' },
      { type: 'subscription_count', channel: 'room', subscriptionCount: 3 },
      { type: 'member_removed', userId: '1' },
      { type: 'channel_vacated' },
    );
    await node.clock.advance(0);
    expect(node.told()).toHaveLength(8);
    expect(node.told()).toEqual(
      expect.arrayContaining([
        { name: 'channel_occupied', channel },
        { name: 'member_added', channel, user_id: '1' },
        { name: 'client_event', channel, event: 'client-x', data: '{"a":1}', socket_id: '1.2', user_id: '1' },
        { name: 'client_event', channel: 'private-room', event: 'client-x', data: '', socket_id: '1.2' },
        { name: 'cache_miss', channel: 'cache-room' },
        { name: 'subscription_count', channel: 'room', subscription_count: 3 },
        { name: 'member_removed', channel, user_id: '1' },
        { name: 'channel_vacated', channel },
      ]),
    );
    expect(node.webhooks.counters.delivered).toBe(8);
    expect(node.webhooks.waiting).toBe(0);
  });

  it('carry one event each, with the time of the event', async () => {
    const node = new WebhookNode([webhookEndpoint(hook)]);
    const at = node.clock.now();
    await node.emit({ type: 'channel_occupied' }, { type: 'channel_vacated', channel: 'other' });
    await node.clock.advance(3000);
    expect(node.posts.map(({ body }) => JSON.parse(body))).toEqual([
      { time_ms: at, events: [{ name: 'channel_occupied', channel: 'presence-room', id: expect.any(String) }] },
      { time_ms: at, events: [{ name: 'channel_vacated', channel: 'other', id: expect.any(String) }] },
    ]);
  });

  it('go to every endpoint that wants them, and hold nothing else', async () => {
    const [occupied, news, twice] = ['https://a.example/', 'https://b.example/', 'https://c.example/'] as const;
    const node = new WebhookNode([
      webhookEndpoint(occupied, { events: ['channel_occupied'], batch: true }),
      webhookEndpoint(news, { filter: { channelNameStartsWith: 'presence-', channelNameEndsWith: '-news' }, batch: true }),
      webhookEndpoint(twice, { events: ['channel_occupied'] }),
      webhookEndpoint(twice, { events: ['cache_miss'] }),
    ]);
    await node.emit(
      { type: 'channel_occupied', channel: 'presence-x-news' },
      { type: 'member_added', channel: 'presence-x-news', userId: '1' },
      { type: 'cache_miss', channel: 'presence-x' },
      { type: 'channel_occupied', channel: 'x-news' },
    );
    await node.clock.advance(1000);
    const first = { name: 'channel_occupied', channel: 'presence-x-news' };
    const last = { name: 'channel_occupied', channel: 'x-news' };
    expect(node.told(occupied)).toEqual([first, last]);
    expect(node.told(news)).toEqual([first, { name: 'member_added', channel: 'presence-x-news', user_id: '1' }]);
    expect(node.told(twice)).toHaveLength(3);
    expect(node.posts).toHaveLength(5);
  });

  it('never mix two apps, also when they share a URL', async () => {
    const node = new WebhookNode([webhookEndpoint(hook, { batch: true })]);
    node.apps.set('app2', appWithWebhooks([webhookEndpoint(hook, { batch: true })], 'app2'));
    await node.emit(
      { type: 'channel_occupied' },
      { type: 'channel_occupied', appId: 'app2' },
      { type: 'cache_miss' },
      { type: 'cache_miss', appId: 'app2' },
    );
    await node.clock.advance(1000);
    expect(node.posts.map(({ headers, body }) => [headers['X-Pusher-Key'], JSON.parse(body).events.length])).toEqual([
      ['app-key', 2],
      ['app2-key', 2],
    ]);
  });

  it('are signed with the first active key, as it is at the time of the attempt', async () => {
    const node = new WebhookNode([webhookEndpoint(hook, { headers: { 'X-Extra': 'yes', 'x-pusher-key': 'forged' } })]);
    node.answer = () => failure;
    await node.emit({ type: 'channel_occupied' });
    const app = node.apps.get('app') as App;
    node.apps.set('app', { ...app, keys: [{ key: 'new-key', secret: 'new-secret', status: 'active' }, ...app.keys] });
    await node.clock.advance(1000);
    expect(node.posts.map(({ headers }) => headers['X-Pusher-Key'])).toEqual(['app-key', 'new-key']);
    expect(node.posts[0]?.headers).toMatchObject({ 'Content-Type': 'application/json', 'X-Extra': 'yes' });
    expect(node.posts[1]?.body).toBe(node.posts[0]?.body);
  });

  it('are not made for apps without endpoints, for server-to-user channels, and for unknown apps', async () => {
    const node = new WebhookNode([webhookEndpoint(hook)]);
    node.apps.set('quiet', appWithWebhooks([], 'quiet'));
    await node.emit(
      { type: 'channel_occupied', channel: '#server-to-user-1' },
      { type: 'channel_vacated', channel: '#server-to-user-1' },
      { type: 'channel_vacated', appId: 'quiet' },
      { type: 'channel_vacated', appId: 'gone' },
    );
    expect(node.webhooks.waiting).toBe(0);
    await node.clock.advance(5000);
    expect(node.posts).toEqual([]);
  });

  it('are spared for a page reload', async () => {
    const node = new WebhookNode([webhookEndpoint(hook, { events: ['channel_occupied', 'member_removed'] })]);
    await node.emit({ type: 'member_removed', userId: '1' }, { type: 'channel_vacated' });
    await node.clock.advance(2999);
    await node.emit({ type: 'channel_occupied' }, { type: 'member_added', userId: '1' });
    await node.clock.advance(10_000);
    expect(node.posts).toEqual([]);
    expect(node.webhooks.counters.smoothed).toBe(4);
  });

  it('tell a crowd of cache misses once a second', async () => {
    const node = new WebhookNode([webhookEndpoint(hook)]);
    const miss = { type: 'cache_miss', channel: 'cache-room' };
    await node.emit(miss, miss, { ...miss, channel: 'cache-other' }, miss);
    expect(node.posts).toHaveLength(2);
    await node.clock.advance(1000);
    await node.emit(miss, miss);
    expect(node.posts).toHaveLength(3);
  });

  it('do not wait for an endpoint that is dead', async () => {
    const dead = 'https://dead.example/';
    const node = new WebhookNode([webhookEndpoint(dead), webhookEndpoint(hook)]);
    node.answer = (post) => (post.url === dead ? node.stall() : { result: 'delivered' });
    for (let index = 0; index < 100; index += 1) await node.emit({ type: 'cache_miss', channel: `cache-${index}` });
    expect(node.told()).toHaveLength(100);
    expect(node.told(dead)).toHaveLength(8);
    expect(node.webhooks.waiting).toBe(100);
  });

  it('wait for an app store that is out of reach', async () => {
    const node = new WebhookNode([webhookEndpoint(hook)]);
    const { get } = node.apps;
    node.apps.get = () => {
      throw new Error('out of reach');
    };
    await node.emit({ type: 'channel_occupied' });
    node.apps.get = get;
    await node.clock.advance(1000);
    expect(node.told()).toEqual([{ name: 'channel_occupied', channel: 'presence-room' }]);
  });
});

describe('webhooks of several nodes', () => {
  it('are not attempted again by a node from which they were taken over', async () => {
    const { queue, takeOver } = createSharedQueue();
    const node = new WebhookNode([webhookEndpoint(hook)], {}, queue);
    node.answer = () => failure;
    await node.emit({ type: 'channel_occupied' }, { type: 'channel_vacated', channel: 'other' });
    takeOver();
    await node.clock.advance(10_000);
    expect(node.posts).toHaveLength(1);
    expect(node.webhooks.waiting).toBe(0);
    expect(node.webhooks.counters).toMatchObject({ delivered: 0, givenUp: 0 });
  });

  it('that were taken over before their app was found are not attempted at all', async () => {
    const { queue, takeOver } = createSharedQueue();
    const node = new WebhookNode([webhookEndpoint(hook)], {}, queue);
    takeOver();
    await node.emit({ type: 'channel_vacated' });
    expect(node.webhooks.waiting).toBe(0);
    expect(node.posts).toEqual([]);
  });

  it('are left to the others by a node that stops', async () => {
    const node = new WebhookNode([webhookEndpoint(hook)], { breakerFailures: 1 }, createSharedQueue().queue);
    node.answer = () => failure;
    await node.emit({ type: 'channel_occupied' });
    await node.webhooks.close(5000);
    expect(node.webhooks.deadLetters).toEqual([]);
    expect(node.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });
});
