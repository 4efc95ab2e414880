import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { App } from '../core/app.ts';
import { settled } from '../testing/fake-clock.ts';
import { webhookEndpoint } from '../testing/webhook-app.ts';
import { createSharedQueue, failure, hook, WebhookNode } from '../testing/webhook-node.ts';

describe('a webhook that is given up', () => {
  it('is counted, logged with its id, and remembered', async () => {
    const node = new WebhookNode([webhookEndpoint(hook)]);
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

  it('is one of an app that has no active key left, or that is gone', async () => {
    const node = new WebhookNode([webhookEndpoint(hook)]);
    node.answer = () => failure;
    await node.emit({ type: 'channel_occupied' });
    const app = node.apps.get('app') as App;
    node.apps.set('app', { ...app, keys: app.keys.filter(({ status }) => status !== 'active') });
    await node.emit({ type: 'cache_miss', channel: 'cache-room' });
    node.apps.delete('app');
    await node.clock.advance(1000);
    expect(node.posts).toHaveLength(1);
    const { deadLetters } = node.webhooks;
    expect(deadLetters.map(({ reason }) => reason)).toEqual(Array(2).fill('the app has no active key to sign with'));
  });

  it('is none that only waits for the app store', async () => {
    const node = new WebhookNode([webhookEndpoint(hook)]);
    node.answer = () => failure;
    await node.emit({ type: 'channel_occupied' });
    const { get } = node.apps;
    node.apps.get = () => {
      throw new Error('out of reach');
    };
    await node.clock.advance(1000);
    expect(node.posts).toHaveLength(1);
    node.apps.get = get;
    node.answer = () => ({ result: 'delivered' });
    await node.clock.advance(2000);
    expect(node.webhooks.counters).toMatchObject({ delivered: 1, failed: 2, givenUp: 0 });
  });

  it('leaves neither secret nor path in the log and the list', async () => {
    const node = new WebhookNode([
      webhookEndpoint('https://user:canary1@hooks.example/canary2?token=canary3', { headers: { Authorization: 'canary4' } }),
    ]);
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
    const node = new WebhookNode([webhookEndpoint(hook), webhookEndpoint(hook, { batch: true })]);
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
    const node = new WebhookNode([webhookEndpoint(hook)]);
    await node.webhooks.close(10_000);
    await node.emit({ type: 'channel_occupied' });
    expect(node.posts).toEqual([]);
    expect(node.events.has('channel_occupied')).toBe(false);
  });

  it('webhooks that were not delivered within the window are put on the dead-letter list, also on disk', async () => {
    const deadLetterFile = join(folder, 'letters.jsonl');
    const node = new WebhookNode([webhookEndpoint(hook), webhookEndpoint('https://b.example/')], { deadLetterFile });
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
    const node = new WebhookNode([webhookEndpoint(hook)], { breakerFailures: 1 });
    node.answer = () => failure;
    await node.emit({ type: 'channel_occupied' }, { type: 'cache_miss' });
    await node.webhooks.close(60_000);
    expect(node.webhooks.deadLetters).toHaveLength(2);
    expect(node.clock.monotonic()).toBe(0);
  });

  it('the second call waits for the first', async () => {
    const node = new WebhookNode([webhookEndpoint(hook)]);
    expect(node.webhooks.close(1)).toBe(node.webhooks.close(1));
    await node.webhooks.close(1);
  });

  it('facts whose app cannot be looked up are dropped and counted', async () => {
    const node = new WebhookNode([webhookEndpoint(hook)]);
    node.apps.get = () => {
      throw new Error('out of reach');
    };
    await node.emit({ type: 'channel_occupied' });
    await node.webhooks.close(5000);
    expect(node.webhooks.counters.dropped).toBe(1);
    expect(node.clock.pendingTimers).toBe(0);
  });

  it('facts from the queue whose app cannot be looked up are dropped, counted and logged with their id', async () => {
    const { queue } = createSharedQueue();
    const node = new WebhookNode([webhookEndpoint(hook)], {}, queue);
    node.apps.get = () => {
      throw new Error('out of reach');
    };
    queue.add({ type: 'channel_occupied', appId: 'app', channel: 'room', at: node.clock.now() });
    await settled();
    await node.webhooks.close(5000);
    expect(node.webhooks.counters.dropped).toBe(1);
    expect(node.log.lines.at(-1)).toMatchObject({ level: 'error', fields: { id: expect.any(String), type: 'channel_occupied' } });
  });

  it('an app store that does not answer does not use up more than the window', async () => {
    const node = new WebhookNode([webhookEndpoint(hook)]);
    node.apps.get = () => new Promise(() => undefined) as never;
    await node.emit({ type: 'channel_occupied' });
    const closed = node.webhooks.close(5000);
    await node.clock.advance(5000);
    await closed;
    expect(node.webhooks.counters.dropped).toBe(1);
    expect(node.clock.pendingTimers).toBe(0);
  });
});
