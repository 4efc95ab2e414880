import { announce } from '../core/announce.ts';
import type { App } from '../core/app.ts';
import { close, end } from '../core/close.ts';
import type { Engine } from '../core/engine.ts';
import { Events } from '../core/events.ts';
import { Heartbeat } from '../core/heartbeat.ts';
import { Hub } from '../core/hub.ts';
import { KeyedQueue } from '../core/keyed-queue.ts';
import { open } from '../core/open.ts';
import { Outbox } from '../core/outbox.ts';
import type { AppStore, Broker, ConnectionQuota, EventCache, IdempotencyStore, Registry } from '../core/ports.ts';
import { SubscriptionCounts } from '../core/subscription-counts.ts';
import { obeyTerminate } from '../core/users.ts';
import { Watchlists } from '../core/watchlists.ts';
import { MemoryAppStore } from '../drivers/memory/app-store.ts';
import { MemoryBroker } from '../drivers/memory/broker.ts';
import { MemoryConnectionQuota } from '../drivers/memory/connection-quota.ts';
import { MemoryEventCache } from '../drivers/memory/event-cache.ts';
import { MemoryIdempotencyStore } from '../drivers/memory/idempotency-store.ts';
import { MemoryRegistry } from '../drivers/memory/registry.ts';
import { defaultServerLimits } from '../protocol/limits.ts';
import { EventRecorder } from './event-recorder.ts';
import { FakeClock } from './fake-clock.ts';
import { FakeSocket, FakeTopics } from './fake-socket.ts';
import { createRecordedLog } from './recorded-log.ts';
import { testApp } from './test-app.ts';
import { TestClient } from './test-client.ts';

/** What a test may put in the place of the memory drivers. */
export interface Drivers {
  readonly apps: AppStore;
  readonly broker: Broker;
  readonly cache: EventCache;
  readonly idempotency: IdempotencyStore;
  readonly quota: ConnectionQuota;
  readonly registry: Registry;
}

export interface TestEngineOptions {
  readonly apps?: readonly App[];
  /** The outbox's window; 0, the default, sends every frame at once. */
  readonly windowMilliseconds?: number;
  /** Replaces or wraps memory drivers. */
  readonly replace?: (memory: Drivers) => Partial<Drivers>;
}

/** A complete engine over memory drivers and fake sockets. Nothing runs by itself: time and ticks are the test's. */
export interface TestEngine extends Engine {
  readonly clock: FakeClock;
  readonly counts: SubscriptionCounts;
  readonly log: ReturnType<typeof createRecordedLog>;
  readonly outbox: Outbox;
  readonly recorder: EventRecorder;
  readonly topics: FakeTopics;
  /** Opens a connection with the key; throws when it is refused. The first frame has been read. */
  connect(key?: string): Promise<TestClient>;
}

export function createTestEngine({ apps = [testApp()], windowMilliseconds = 0, replace = () => ({}) }: TestEngineOptions = {}): TestEngine {
  const clock = new FakeClock();
  const topics = new FakeTopics();
  const events = new Events();
  const outbox = new Outbox({ fanout: (topic, frame) => topics.publish(topic, frame), clock, windowMilliseconds });
  const hub = new Hub(outbox);
  const watchlists = new Watchlists();
  const counts = new SubscriptionCounts({ hub, events, clock });
  const memory: Drivers = {
    apps: new MemoryAppStore(apps),
    broker: new MemoryBroker((batch) => {
      for (const message of batch) {
        if ('type' in message) obeyTerminate({ hub }, message);
        else hub.deliver(message);
      }
    }),
    cache: new MemoryEventCache(clock),
    idempotency: new MemoryIdempotencyStore(clock),
    quota: new MemoryConnectionQuota(),
    registry: new MemoryRegistry((announcement) => announce({ hub, events, clock, watchlists, counts }, announcement)),
  };
  const engine: Omit<TestEngine, 'connect'> = {
    ...memory,
    ...replace(memory),
    clock,
    counts,
    events,
    heartbeat: new Heartbeat(end),
    hub,
    limits: defaultServerLimits,
    log: createRecordedLog(),
    outbox,
    queue: new KeyedQueue(),
    recorder: new EventRecorder(events),
    topics,
    watchlists,
  };
  return { ...engine, connect: (key = 'key') => connect(engine, key) };
}

async function connect(engine: Omit<TestEngine, 'connect'>, key: string): Promise<TestClient> {
  const socket = new FakeSocket(engine.topics);
  const connection = await open(engine, socket, { key, protocol: '7' }, () => socket.isClosed);
  if (connection === undefined) throw new Error(`the connection was refused: ${socket.frames.join(' ')}`);
  socket.onClose = (code) => close(engine, connection, code);
  const client = new TestClient(engine, connection, socket);
  client.heard();
  return client;
}
