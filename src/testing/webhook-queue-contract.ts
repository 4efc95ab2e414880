import { afterEach, describe, expect, it, vi } from 'vitest';
import type { WebhookFact } from '../core/events.ts';
import type { QueuedFact, WebhookQueue } from '../core/ports.ts';

/** What every `WebhookQueue` guarantees. `open` makes a queue that shares nothing with an earlier one. */
export function describeWebhookQueue(name: string, open: () => Promise<WebhookQueue>): void {
  const opened: WebhookQueue[] = [];

  async function start(): Promise<{ queue: WebhookQueue; received: QueuedFact[] }> {
    const queue = await open();
    opened.push(queue);
    const received: QueuedFact[] = [];
    queue.consume((batch) => received.push(...batch));
    return { queue, received };
  }

  afterEach(async () => {
    for (const queue of opened.splice(0)) await queue.close();
  });

  describe(`${name} webhook queue`, () => {
    it('hands out every fact as it was added', async () => {
      const { queue, received } = await start();
      for (const fact of oneOfEachKind) queue.add(fact);
      await vi.waitFor(() => expect(received).toHaveLength(oneOfEachKind.length));
      expect(received.map(({ fact }) => fact)).toEqual(oneOfEachKind);
    });

    it('keeps the order of a channel', async () => {
      const { queue, received } = await start();
      for (let count = 1; count <= 1000; count += 1) queue.add(counted('room', count));
      await vi.waitFor(() => expect(received).toHaveLength(1000));
      expect(received.map(({ fact }) => fact)).toEqual(Array.from({ length: 1000 }, (_, index) => counted('room', index + 1)));
    });

    it('gives each fact an id of its own, equal facts too', async () => {
      const { queue, received } = await start();
      for (let index = 0; index < 100; index += 1) queue.add(counted('room', 1));
      await vi.waitFor(() => expect(received).toHaveLength(100));
      expect(new Set(received.map(({ id }) => id)).size).toBe(100);
    });

    it('holds a fact from the moment it hands it out until it is done', async () => {
      const { queue, received } = await start();
      queue.add(counted('room', 1));
      queue.add(counted('room', 2));
      await vi.waitFor(() => expect(received).toHaveLength(2));
      const [first, second] = received.map(({ id }) => id) as [string, string];
      expect([queue.holds(first), queue.holds(second)]).toEqual([true, true]);
      queue.done([first]);
      expect([queue.holds(first), queue.holds(second)]).toEqual([false, true]);
    });

    it('does not know ids that it did not hand out, and may be told twice that a fact is done', async () => {
      const { queue, received } = await start();
      expect(queue.holds('nothing')).toBe(false);
      queue.done(['nothing']);
      queue.add(counted('room', 1));
      await vi.waitFor(() => expect(received).toHaveLength(1));
      const ids = received.map(({ id }) => id);
      queue.done(ids);
      queue.done(ids);
      expect(ids.map((id) => queue.holds(id))).toEqual([false]);
    });

    it('holds nothing and hands out nothing after it is closed, and names no fact that was done', async () => {
      const { queue, received } = await start();
      queue.add(counted('room', 1));
      queue.add(counted('room', 2));
      await vi.waitFor(() => expect(received).toHaveLength(2));
      const [first, second] = received.map(({ id }) => id) as [string, string];
      queue.done([first]);
      const ending = await queue.close();
      expect([...ending].filter((id) => id !== second)).toEqual([]);
      expect(queue.holds(second)).toBe(false);
      queue.add(counted('room', 3));
      await new Promise((resolve) => setImmediate(resolve));
      expect(received).toHaveLength(2);
    });
  });
}

const where = { appId: 'app', channel: 'presence-room', at: 1_700_000_000_000 };

const oneOfEachKind: readonly WebhookFact[] = [
  { type: 'channel_occupied', ...where },
  { type: 'member_added', ...where, userId: '__proto__' },
  { type: 'client_event', ...where, event: 'client-x', data: '{"a":"é\u2028"}', socketId: '1.2', userId: 'u' },
  { type: 'client_event', ...where, event: 'client-x', data: '', socketId: '1.2' },
  { type: 'cache_miss', ...where },
  { type: 'subscription_count', ...where, subscriptionCount: 3 },
  { type: 'member_removed', ...where, userId: '__proto__' },
  { type: 'channel_vacated', ...where },
];

function counted(channel: string, subscriptionCount: number): WebhookFact {
  return { type: 'subscription_count', appId: 'app', channel, subscriptionCount, at: 1 };
}
