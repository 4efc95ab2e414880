import { afterAll } from 'vitest';
import { describeWebhookQueue } from '../../testing/webhook-queue-contract.ts';
import { openWorkerHost, type WorkerHost } from '../../testing/worker-host.ts';
import { WorkerWebhookQueue } from './webhook-queue.ts';

const opened: WorkerHost[] = [];

afterAll(async () => {
  for (const parent of opened) await parent.close();
});

/** Facts of the registry come from the parent: here they are added as if the parent had seen them. */
describeWebhookQueue('workers', async () => {
  const parent = await openWorkerHost();
  opened.push(parent);
  const link = await parent.connect();
  return new WorkerWebhookQueue(link, new Set());
});
