import { createClusterCounters } from '../../core/cluster-counters.ts';
import type { Drivers, DriversOptions } from '../../core/ports.ts';
import { MemoryAppStore } from '../memory/app-store.ts';
import { WorkerBroker } from './broker.ts';
import { WorkerConnectionQuota } from './connection-quota.ts';
import { WorkerEventCache } from './event-cache.ts';
import { WorkerIdempotencyStore } from './idempotency-store.ts';
import type { Link } from './link.ts';
import { WorkerRateLimiter } from './rate-limiter.ts';
import { WorkerRegistry } from './registry.ts';
import { WorkerRevocations } from './revocations.ts';
import { recordedByParent, WorkerWebhookQueue } from './webhook-queue.ts';

/** The drivers of one of several processes on this machine, that meet in their parent. They open the link when they start, if it is not open yet, and close it at their end. */
export function createWorkerDrivers(link: Link, { apps, clock, announce, receiveBatch, revoked }: Omit<DriversOptions, 'log'>): Drivers {
  const cluster = createClusterCounters();
  const revocations = new WorkerRevocations(link, revoked);
  return {
    apps: new MemoryAppStore(apps),
    broker: new WorkerBroker({ link, receive: receiveBatch, clock, counters: cluster }),
    cluster,
    cache: new WorkerEventCache(link),
    idempotency: new WorkerIdempotencyStore(link),
    quota: new WorkerConnectionQuota(link),
    rates: new WorkerRateLimiter(link, clock),
    registry: new WorkerRegistry(link, announce),
    revocations,
    webhooks: new WorkerWebhookQueue(link, recordedByParent),
    async start() {
      await link.open();
      await revocations.start();
    },
    drained: () => drained(link),
    close: async () => link.close(),
  };
}

/** A worker that is cut off from its parent ends anyway. */
function drained(link: Link): Promise<void> {
  return new Promise((resolve) => {
    link.on('end', resolve);
    link.notify('drained');
  });
}
