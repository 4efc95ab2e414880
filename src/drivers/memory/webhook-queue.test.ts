import { describe, expect, it } from 'vitest';
import type { QueuedFact } from '../../core/ports.ts';
import { describeWebhookQueue } from '../../testing/webhook-queue-contract.ts';
import { MemoryWebhookQueue } from './webhook-queue.ts';

describeWebhookQueue('memory', async () => new MemoryWebhookQueue());

describe('the memory webhook queue', () => {
  it('says at its end what nobody will deliver any more', async () => {
    const queue = new MemoryWebhookQueue();
    const received: QueuedFact[] = [];
    queue.consume((batch) => received.push(...batch));
    queue.add({ type: 'channel_occupied', appId: 'app', channel: 'a', at: 1 });
    queue.add({ type: 'channel_occupied', appId: 'app', channel: 'b', at: 1 });
    const [first, second] = received.map(({ id }) => id) as [string, string];
    queue.done([first]);
    expect(await queue.close()).toEqual(new Set([second]));
  });
});
