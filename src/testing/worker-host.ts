import { MemoryConnectionQuota } from '../drivers/memory/connection-quota.ts';
import { MemoryEventCache } from '../drivers/memory/event-cache.ts';
import { MemoryIdempotencyStore } from '../drivers/memory/idempotency-store.ts';
import { Host } from '../drivers/workers/host.ts';
import type { HostLimits } from '../drivers/workers/host-options.ts';
import { Link } from '../drivers/workers/link.ts';
import { FakeClock } from './fake-clock.ts';
import { createRecordedLog } from './recorded-log.ts';

/** A parent of workers in this process, behind a real socket. */
export interface WorkerHost {
  readonly host: Host;
  /** The clock of what the parent keeps. */
  readonly clock: FakeClock;
  /** What the parent was told of its workers. */
  readonly told: readonly string[];
  connect(workerId?: string): Promise<Link>;
  /** A worker's link that is not open yet. */
  link(workerId: string, lost?: () => void): Link;
  close(): Promise<void>;
}

export async function openWorkerHost(limits?: HostLimits): Promise<WorkerHost> {
  const clock = new FakeClock();
  const told: string[] = [];
  const host = new Host({
    log: createRecordedLog(),
    clock,
    cache: new MemoryEventCache(clock),
    idempotency: new MemoryIdempotencyStore(clock),
    quota: new MemoryConnectionQuota(),
    ...(limits !== undefined && { limits }),
    listener: {
      listening: (workerId, { port }) => told.push(`${workerId} listens on ${port}`),
      failed: (workerId, reason) => told.push(`${workerId} failed: ${reason}`),
      stuck: (workerId, reason) => told.push(`${workerId} is stuck: ${reason}`),
    },
  });
  await host.open();
  const links: Link[] = [];
  const link = (workerId: string, lost: () => void = () => undefined): Link => {
    const created = new Link({ socketPath: host.socketPath, workerId, lost });
    links.push(created);
    return created;
  };
  return {
    host,
    clock,
    told,
    link,
    async connect(workerId = '0.1') {
      const opened = link(workerId);
      await opened.open();
      return opened;
    },
    async close() {
      for (const opened of links) opened.close();
      await host.close();
    },
  };
}

/** Resolves when everything that was sent over the link, and everything that was announced because of it, has arrived. */
export async function settleLink(link: Link): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  await link.call('users', ['app', 'presence-nobody']);
}
