import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createClusterCounters } from '../../core/cluster-counters.ts';
import type { Announcement, BrokerMessage, QueuedFact } from '../../core/ports.ts';
import { RevocationList } from '../../core/revocation-list.ts';
import { parseChannelName } from '../../protocol/channel-name.ts';
import { describeBroker } from '../../testing/broker-contract.ts';
import { describeConnectionQuota } from '../../testing/connection-quota-contract.ts';
import { describeEventCache } from '../../testing/event-cache-contract.ts';
import { describeIdempotencyStore } from '../../testing/idempotency-store-contract.ts';
import { describeRateLimiter } from '../../testing/rate-limiter-contract.ts';
import { describeRegistry } from '../../testing/registry-contract.ts';
import { describeRevocations } from '../../testing/revocations-contract.ts';
import { openWorkerHost, settleLink, type WorkerHost } from '../../testing/worker-host.ts';
import { systemClock } from '../system-clock.ts';
import { WorkerBroker } from './broker.ts';
import { WorkerConnectionQuota } from './connection-quota.ts';
import { createWorkerDrivers } from './drivers.ts';
import { WorkerEventCache } from './event-cache.ts';
import { WorkerIdempotencyStore } from './idempotency-store.ts';
import { WorkerRateLimiter } from './rate-limiter.ts';
import { WorkerRegistry } from './registry.ts';
import { WorkerRevocations } from './revocations.ts';

describeBroker('workers', async () => {
  const parent = await openWorkerHost();
  const link = await parent.connect();
  const received: (readonly BrokerMessage[])[] = [];
  const broker = new WorkerBroker({ link, receive: (batch) => received.push(batch), clock: systemClock, counters: createClusterCounters() });
  return { broker, received, settle: () => settleLink(link), close: () => parent.close() };
});

describeRegistry('workers', async () => {
  const parent = await openWorkerHost();
  const link = await parent.connect();
  const announcements: Announcement[] = [];
  const registry = new WorkerRegistry(link, (announcement) => announcements.push(announcement));
  return { registry, announcements, settle: () => settleLink(link), close: () => parent.close() };
});

describeEventCache('workers', async () => {
  const parent = await openWorkerHost();
  const cache = new WorkerEventCache(await parent.connect());
  return { cache, elapse: (seconds) => parent.clock.advance(seconds * 1000), close: () => parent.close() };
});

describeIdempotencyStore('workers', async () => {
  const parent = await openWorkerHost();
  const store = new WorkerIdempotencyStore(await parent.connect());
  return { store, elapse: (seconds) => parent.clock.advance(seconds * 1000), close: () => parent.close() };
});

describeConnectionQuota('workers', async () => {
  const parent = await openWorkerHost();
  const quota = new WorkerConnectionQuota(await parent.connect());
  return { quota, close: () => parent.close() };
});

describeRateLimiter('workers', async () => {
  const parent = await openWorkerHost();
  onTestFinished(() => parent.close());
  return { rates: new WorkerRateLimiter(await parent.connect(), parent.clock), elapse: (milliseconds) => parent.clock.advance(milliseconds) };
});

describeRevocations('workers', 3, async () => {
  const parent = await openWorkerHost();
  return {
    async startNode() {
      const known = new RevocationList(Date);
      const revocations = new WorkerRevocations(await parent.connect(), known);
      await revocations.start();
      return { revocations, known };
    },
    close: () => parent.close(),
  };
});

const room = addressOf('presence-room');

function addressOf(name: string) {
  const channel = parseChannelName(name, 200);
  if (channel === undefined) throw new Error(`${name} is not a channel name`);
  return { appId: 'app', channel };
}

async function startWorker(parent: WorkerHost, workerId: string) {
  const announced: string[] = [];
  const batches: (readonly BrokerMessage[])[] = [];
  const facts: QueuedFact[] = [];
  const link = parent.link(workerId);
  const drivers = createWorkerDrivers(link, {
    apps: [],
    clock: parent.clock,
    announce: ({ type, address }) => announced.push(`${type} ${address.channel.name}`),
    receiveBatch: (batch) => batches.push(batch),
  });
  drivers.webhooks.consume((batch) => facts.push(...batch));
  await drivers.start();
  return { link, drivers, announced, batches, facts, settle: () => settleLink(link) };
}

async function withParent(test: (parent: WorkerHost) => Promise<void>): Promise<void> {
  const parent = await openWorkerHost();
  try {
    await test(parent);
  } finally {
    await parent.close();
  }
}

describe('workers', () => {
  it('see every batch in one order, whoever published it', () =>
    withParent(async (parent) => {
      const workers = [await startWorker(parent, 'a'), await startWorker(parent, 'b'), await startWorker(parent, 'c')];
      const publishing = workers.flatMap(({ drivers }, worker) =>
        Array.from({ length: 20 }, (_, index) => drivers.broker.publish([{ topic: 'app/room', frame: `${worker}:${index}` }])),
      );
      await Promise.all(publishing);
      for (const { settle } of workers) await settle();
      const [first, ...others] = workers.map(({ batches }) => batches.flat());
      expect(first).toHaveLength(60);
      for (const other of others) expect(other).toEqual(first);
    }));

  it('add up what they hold, and tell of a change those who hold the channel', () =>
    withParent(async (parent) => {
      const [a, b, c] = [await startWorker(parent, 'a'), await startWorker(parent, 'b'), await startWorker(parent, 'c')];
      a.drivers.registry.hold(addressOf('room'), 2);
      await a.settle();
      b.drivers.registry.hold(addressOf('room'), 3);
      await b.settle();
      expect(await c.drivers.registry.count(addressOf('room'))).toEqual({ subscriptions: 5, users: 0 });
      expect(a.announced).toEqual(['occupied room', 'counted room', 'counted room']);
      expect(b.announced).toEqual(['counted room']);
      expect(c.announced).toEqual([]);
    }));

  it('share one roster, in which a user is once', () =>
    withParent(async (parent) => {
      const [a, b] = [await startWorker(parent, 'a'), await startWorker(parent, 'b')];
      const rosterOfA = await a.drivers.registry.take(room, { userId: '1', userInfo: '{"n":1}' }, 10);
      const rosterOfB = await b.drivers.registry.take(room, { userId: '1', userInfo: '{"n":2}' }, 10);
      await b.drivers.registry.take(room, { userId: '2', userInfo: 'null' }, 10);
      await a.settle();
      for (const roster of [rosterOfA, rosterOfB]) {
        expect(roster === 'full' ? [] : roster.userIds()).toEqual(['1', '2']);
        expect(roster === 'full' ? '' : roster.presence).toContain('{\\"n\\":1}');
      }
      a.drivers.registry.leave(room, '1');
      expect(await a.drivers.registry.users(room)).toEqual(['1', '2']);
      b.drivers.registry.leave(room, '1');
      expect(await b.drivers.registry.users(room)).toEqual(['2']);
    }));

  it('tell all of them who is online', () =>
    withParent(async (parent) => {
      const [a, b] = [await startWorker(parent, 'a'), await startWorker(parent, 'b')];
      a.drivers.registry.hold(addressOf('#server-to-user-1'), 1);
      await a.settle();
      await b.settle();
      expect(b.announced).toContain('occupied #server-to-user-1');
    }));

  it('lose everything that a worker held when it ends without a goodbye', () =>
    withParent(async (parent) => {
      const [a, b] = [await startWorker(parent, 'a'), await startWorker(parent, 'b')];
      for (const { drivers } of [a, b]) drivers.registry.hold(room, 1);
      await a.drivers.registry.take(room, { userId: '1', userInfo: 'null' }, 10);
      const roster = await b.drivers.registry.take(room, { userId: '2', userInfo: 'null' }, 10);
      a.drivers.registry.hold(addressOf('room'), 1);
      expect(await a.drivers.quota.acquire('app', 2)).toBe(true);
      expect(await b.drivers.quota.acquire('app', 2)).toBe(true);
      expect(await b.drivers.quota.acquire('app', 2)).toBe(false);
      a.link.close();
      await vi.waitFor(async () => expect(await b.drivers.registry.count(room)).toEqual({ subscriptions: 1, users: 1 }));
      expect(await b.drivers.registry.count(addressOf('room'))).toEqual({ subscriptions: 0, users: 0 });
      expect(roster === 'full' ? [] : roster.userIds()).toEqual(['2']);
      expect(b.announced.filter((line) => line.startsWith('member_removed'))).toEqual(['member_removed presence-room']);
      expect(await b.drivers.quota.acquire('app', 2)).toBe(true);
    }));

  it('reject what they publish, and know that they are cut off, when the parent is gone', () =>
    withParent(async (parent) => {
      const lost = vi.fn();
      const link = parent.link('a', lost);
      await link.open();
      const broker = new WorkerBroker({ link, receive: () => undefined, clock: systemClock, counters: createClusterCounters() });
      const unanswered = broker.publish([{ topic: 'app/room', frame: '' }]);
      unanswered.catch(() => undefined);
      await parent.host.close();
      await vi.waitFor(() => expect(lost).toHaveBeenCalledOnce());
      expect(broker.outageMilliseconds()).toBe(Number.POSITIVE_INFINITY);
      await expect(broker.publish([])).rejects.toMatchObject({ name: 'BrokerUnavailable' });
    }));
});

describe('the rate limiter of workers', () => {
  it('counts what the others let pass', () =>
    withParent(async (parent) => {
      const [a, b] = [await startWorker(parent, 'a'), await startWorker(parent, 'b')];
      expect(Array.from({ length: 12 }, () => a.drivers.rates.take('key', 10)).filter((wait) => wait === 0)).toHaveLength(10);
      await vi.waitFor(() => expect(b.drivers.rates.take('key', 10)).toBeGreaterThan(0));
      expect(b.drivers.rates.take('other', 10)).toBe(0);
      await parent.clock.advance(1100);
      expect(b.drivers.rates.take('key', 10)).toBe(0);
    }));

  it('makes a worker pay later for what it let pass beyond the sum', () =>
    withParent(async (parent) => {
      const [a, b] = [await startWorker(parent, 'a'), await startWorker(parent, 'b')];
      for (let index = 0; index < 10; index += 1) {
        expect(a.drivers.rates.take('key', 10)).toBe(0);
        expect(b.drivers.rates.take('key', 10)).toBe(0);
      }
      await vi.waitFor(() => expect(a.drivers.rates.take('key', 10)).toBeGreaterThan(1000));
      await vi.waitFor(() => expect(b.drivers.rates.take('key', 10)).toBeGreaterThan(1000));
    }));
});

describe('the webhook queue of workers', () => {
  it('hands the facts of all workers to one of them, with what the registry saw', () =>
    withParent(async (parent) => {
      const [a, b] = [await startWorker(parent, 'a'), await startWorker(parent, 'b')];
      b.drivers.registry.hold(room, 1);
      await b.drivers.registry.take(room, { userId: '1', userInfo: 'null' }, 10);
      b.drivers.webhooks.add({ type: 'channel_occupied', appId: 'app', channel: 'presence-room', at: 1 });
      b.drivers.webhooks.add({ type: 'cache_miss', appId: 'app', channel: 'cache-a', at: 1 });
      await b.settle();
      await a.settle();
      expect(a.facts.map(({ fact }) => fact.type)).toEqual(['channel_occupied', 'member_added', 'cache_miss']);
      expect(b.facts).toEqual([]);
    }));

  it('takes a count that several workers have seen from one of them', () =>
    withParent(async (parent) => {
      const [a, b] = [await startWorker(parent, 'a'), await startWorker(parent, 'b')];
      for (const { drivers, settle } of [a, b]) {
        drivers.registry.hold(addressOf('room'), 1);
        await settle();
      }
      for (const { drivers, settle } of [b, a]) {
        drivers.webhooks.add({ type: 'subscription_count', appId: 'app', channel: 'room', subscriptionCount: 2, at: 1 });
        await settle();
      }
      await a.settle();
      expect(a.facts.filter(({ fact }) => fact.type === 'subscription_count')).toHaveLength(1);
    }));

  it('hands what is not done to another worker under the same ids when its worker dies, and loses none of the dead', () =>
    withParent(async (parent) => {
      const [a, b] = [await startWorker(parent, 'a'), await startWorker(parent, 'b')];
      for (const channel of ['1', '2', '3']) b.drivers.webhooks.add({ type: 'cache_miss', appId: 'app', channel, at: 1 });
      a.drivers.registry.hold(addressOf('room'), 1);
      await b.settle();
      await a.settle();
      const ids = a.facts.map(({ id }) => id);
      a.drivers.webhooks.done(ids.slice(0, 1));
      await a.settle();
      a.link.close();
      await vi.waitFor(() => expect(b.facts.map(({ fact }) => fact.type)).toContain('channel_vacated'));
      expect(b.facts.slice(0, 3).map(({ id }) => id)).toEqual(ids.slice(1));
      expect(b.facts.every(({ id }) => b.drivers.webhooks.holds(id))).toBe(true);
      expect(ids.some((id) => a.drivers.webhooks.holds(id))).toBe(false);
    }));

  it('says what ends with the worker when all workers stop', () =>
    withParent(async (parent) => {
      const [a, b] = [await startWorker(parent, 'a'), await startWorker(parent, 'b')];
      a.drivers.webhooks.add({ type: 'cache_miss', appId: 'app', channel: '1', at: 1 });
      await a.settle();
      parent.host.stop();
      expect(await b.drivers.webhooks.close()).toEqual(new Set());
      expect(await a.drivers.webhooks.close()).toEqual(new Set(a.facts.map(({ id }) => id)));
    }));
});
