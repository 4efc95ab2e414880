import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { App, WebhookEndpoint } from '../core/app.ts';
import { Events, type WebhookFact } from '../core/events.ts';
import { MemoryWebhookQueue } from '../drivers/memory/webhook-queue.ts';
import { FakeClock, settled } from '../testing/fake-clock.ts';
import { createRecordedLog } from '../testing/recorded-log.ts';
import { appWithWebhooks, webhookEndpoint, webhookSettings } from '../testing/webhook-app.ts';
import type { PostOutcome } from './delivery.ts';
import type { WebhookSettings } from './settings.ts';
import type { Post } from './transport.ts';
import { createWebhooks, type Webhooks } from './webhooks.ts';

const where = { appId: 'app', channel: 'presence-room' };
const hook = 'https://hooks.example/a';

class Node {
  readonly clock = new FakeClock();
  readonly events = new Events();
  readonly log = createRecordedLog();
  readonly posts: Post[] = [];
  readonly webhooks: Webhooks;
  readonly apps = new Map<string, App>();
  /** How the next attempts end. */
  answer: (post: Post) => PostOutcome | Promise<PostOutcome> = () => ({ result: 'delivered' });
  readonly #aborts: ((outcome: PostOutcome) => void)[] = [];

  constructor(endpoints: readonly WebhookEndpoint[], settings: Partial<WebhookSettings> = {}) {
    this.apps.set('app', appWithWebhooks(endpoints));
    this.webhooks = createWebhooks({
      events: this.events,
      apps: { byId: async (id) => this.apps.get(id) },
      queue: new MemoryWebhookQueue(),
      settings: { ...webhookSettings, ...settings },
      clock: this.clock,
      timers: this.clock,
      random: () => 0,
      log: this.log,
      transport: {
        post: async (post) => {
          this.posts.push(post);
          return this.answer(post);
        },
        abort: () => {
          for (const abort of this.#aborts) abort({ result: 'failed', reason: 'the server stopped' });
        },
      },
    });
  }

  emit(...facts: readonly object[]): Promise<void> {
    for (const fact of facts) this.events.emit({ ...where, at: this.clock.now(), ...fact } as WebhookFact);
    return settled();
  }

  /** An attempt that ends only when it is aborted. */
  stall(): Promise<PostOutcome> {
    return new Promise((done) => this.#aborts.push(done));
  }

  /** What was posted to a URL, without ids. */
  told(url = hook): readonly object[] {
    return this.posts
      .filter((post) => post.url === url)
      .flatMap((post) => JSON.parse(post.body).events.map(({ id: _id, ...event }: { id: string }) => event));
  }
}

const failure: PostOutcome = { result: 'failed', reason: 'it answered 500' };

describe('webhooks', () => {
  it('tell each kind of fact with the fields and types of the protocol', async () => {
    const node = new Node([webhookEndpoint(hook)], { smoothingMilliseconds: 0 });
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
    const { channel } = where;
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
    const node = new Node([webhookEndpoint(hook)]);
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
    const node = new Node([
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
    const node = new Node([webhookEndpoint(hook, { batch: true })]);
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
    const node = new Node([webhookEndpoint(hook, { headers: { 'X-Extra': 'yes', 'x-pusher-key': 'forged' } })]);
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
    const node = new Node([webhookEndpoint(hook)]);
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
    const node = new Node([webhookEndpoint(hook, { events: ['channel_occupied', 'member_removed'] })]);
    await node.emit({ type: 'member_removed', userId: '1' }, { type: 'channel_vacated' });
    await node.clock.advance(2999);
    await node.emit({ type: 'channel_occupied' }, { type: 'member_added', userId: '1' });
    await node.clock.advance(10_000);
    expect(node.posts).toEqual([]);
    expect(node.webhooks.counters.smoothed).toBe(4);
  });

  it('tell a crowd of cache misses once a second', async () => {
    const node = new Node([webhookEndpoint(hook)]);
    const miss = { type: 'cache_miss', channel: 'cache-room' };
    await node.emit(miss, miss, { ...miss, channel: 'cache-other' }, miss);
    expect(node.posts).toHaveLength(2);
    await node.clock.advance(1000);
    await node.emit(miss, miss);
    expect(node.posts).toHaveLength(3);
  });

  it('do not wait for an endpoint that is dead', async () => {
    const dead = 'https://dead.example/';
    const node = new Node([webhookEndpoint(dead), webhookEndpoint(hook)]);
    node.answer = (post) => (post.url === dead ? node.stall() : { result: 'delivered' });
    for (let index = 0; index < 100; index += 1) await node.emit({ type: 'cache_miss', channel: `cache-${index}` });
    expect(node.told()).toHaveLength(100);
    expect(node.told(dead)).toHaveLength(8);
    expect(node.webhooks.waiting).toBe(100);
  });

  it('wait for an app store that is out of reach', async () => {
    const node = new Node([webhookEndpoint(hook)]);
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

describe('a webhook that is given up', () => {
  it('is counted, logged with its id, and remembered', async () => {
    const node = new Node([webhookEndpoint(hook)]);
    node.answer = () => failure;
    await node.emit({ type: 'channel_occupied' });
    const at = node.clock.now();
    await node.clock.advance(300_000);
    const { id } = JSON.parse(node.posts[0]?.body ?? '').events[0];
    expect(node.webhooks.counters).toMatchObject({ delivered: 0, givenUp: 1, failed: node.posts.length });
    expect(node.log.lines.filter(({ level }) => level === 'error')).toEqual([
      { level: 'error', message: 'webhook given up', fields: expect.objectContaining({ appId: 'app', ids: [id], reason: 'it answered 500' }) },
    ]);
    expect(node.webhooks.deadLetters).toEqual([
      {
        id,
        appId: 'app',
        endpoint: { origin: 'https://hooks.example', fingerprint: expect.stringMatching(/^[0-9a-f]{12}$/) },
        event: { name: 'channel_occupied', channel: 'presence-room', id },
        at,
        givenUpAt: at + 296_000,
        attempts: node.posts.length,
        reason: 'it answered 500',
      },
    ]);
    expect(node.webhooks.waiting).toBe(0);
  });

  it('leaves neither secret nor path in the log and the list', async () => {
    const node = new Node([webhookEndpoint('https://user:canary1@hooks.example/canary2?token=canary3', { headers: { Authorization: 'canary4' } })]);
    node.answer = () => ({ result: 'refused', reason: 'the URL is not valid' });
    await node.emit({ type: 'channel_occupied' });
    expect(node.webhooks.deadLetters).toHaveLength(1);
    expect(JSON.stringify([node.log.lines, node.webhooks.deadLetters])).not.toMatch(/canary|app-secret/);
  });
});

describe('when the server stops', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'webhooks-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  it('webhooks that wait are sent at once', async () => {
    const node = new Node([webhookEndpoint(hook), webhookEndpoint(hook, { batch: true })]);
    await node.emit({ type: 'member_removed', userId: '1' });
    void node.emit({ type: 'channel_vacated' });
    await node.webhooks.close(10_000);
    expect(node.told()).toEqual(
      expect.arrayContaining([
        { name: 'member_removed', channel: 'presence-room', user_id: '1' },
        { name: 'channel_vacated', channel: 'presence-room' },
      ]),
    );
    expect(node.told()).toHaveLength(4);
    expect(node.clock.pendingTimers).toBe(0);
    expect(node.webhooks.deadLetters).toEqual([]);
  });

  it('nothing is heard any more', async () => {
    const node = new Node([webhookEndpoint(hook)]);
    await node.webhooks.close(10_000);
    await node.emit({ type: 'channel_occupied' });
    expect(node.posts).toEqual([]);
    expect(node.events.has('channel_occupied')).toBe(false);
  });

  it('webhooks that were not delivered within the window are put on the dead-letter list, also on disk', async () => {
    const deadLetterFile = join(folder, 'letters.jsonl');
    const node = new Node([webhookEndpoint(hook), webhookEndpoint('https://b.example/')], { deadLetterFile });
    node.answer = (post) => (post.url === hook ? node.stall() : { result: 'delivered' });
    await node.emit({ type: 'channel_occupied' }, { type: 'cache_miss' });
    const closed = node.webhooks.close(5000);
    await node.clock.advance(5000);
    await closed;
    expect(node.webhooks.deadLetters.map(({ event, reason }) => [event.name, reason])).toEqual([
      ['cache_miss', 'the server stopped'],
      ['channel_occupied', 'the server stopped'],
    ]);
    const lines = (await readFile(deadLetterFile, 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual(node.webhooks.deadLetters);
    expect(node.webhooks.counters).toMatchObject({ delivered: 2, givenUp: 2 });
    expect(node.clock.pendingTimers).toBe(0);
  });

  it('an endpoint that keeps failing does not use up the window', async () => {
    const node = new Node([webhookEndpoint(hook)], { breakerFailures: 1 });
    node.answer = () => failure;
    await node.emit({ type: 'channel_occupied' }, { type: 'cache_miss' });
    await node.webhooks.close(60_000);
    expect(node.webhooks.deadLetters).toHaveLength(2);
    expect(node.clock.monotonic()).toBe(0);
  });

  it('the second call waits for the first', async () => {
    const node = new Node([webhookEndpoint(hook)]);
    expect(node.webhooks.close(1)).toBe(node.webhooks.close(1));
    await node.webhooks.close(1);
  });

  it('facts whose app cannot be looked up are dropped and counted', async () => {
    const node = new Node([webhookEndpoint(hook)]);
    node.apps.get = () => {
      throw new Error('out of reach');
    };
    await node.emit({ type: 'channel_occupied' });
    await node.webhooks.close(5000);
    expect(node.webhooks.counters.dropped).toBe(1);
    expect(node.clock.pendingTimers).toBe(0);
  });
});
