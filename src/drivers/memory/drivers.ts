import type { Drivers, DriversOptions } from '../../core/ports.ts';
import { MemoryAppStore } from './app-store.ts';
import { MemoryBroker } from './broker.ts';
import { MemoryConnectionQuota } from './connection-quota.ts';
import { MemoryEventCache } from './event-cache.ts';
import { MemoryIdempotencyStore } from './idempotency-store.ts';
import { MemoryRateLimiter } from './rate-limiter.ts';
import { MemoryRegistry } from './registry.ts';
import { MemoryRevocations } from './revocations.ts';
import { MemoryWebhookQueue } from './webhook-queue.ts';

/** The drivers of a node that runs alone: the reference behaviour, with nothing to reach and nothing to give back. */
export function createMemoryDrivers({ apps, clock, announce, receiveBatch, revoked }: Omit<DriversOptions, 'log'>): Drivers {
  return {
    apps: new MemoryAppStore(apps),
    broker: new MemoryBroker(receiveBatch, clock),
    cache: new MemoryEventCache(clock),
    idempotency: new MemoryIdempotencyStore(clock),
    quota: new MemoryConnectionQuota(),
    rates: new MemoryRateLimiter(clock),
    registry: new MemoryRegistry(announce),
    revocations: new MemoryRevocations(revoked),
    webhooks: new MemoryWebhookQueue(),
    start: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}
