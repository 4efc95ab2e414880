import { announce } from '../core/announce.ts';
import type { App } from '../core/app.ts';
import { close, end } from '../core/close.ts';
import { createCounters } from '../core/counters.ts';
import type { Engine } from '../core/engine.ts';
import { Events } from '../core/events.ts';
import { Heartbeat } from '../core/heartbeat.ts';
import { Holding } from '../core/holding.ts';
import { Hub } from '../core/hub.ts';
import { KeyedQueue } from '../core/keyed-queue.ts';
import { open } from '../core/open.ts';
import { Outbox } from '../core/outbox.ts';
import type { Drivers } from '../core/ports.ts';
import { receiveBatch } from '../core/receive-batch.ts';
import { SubscriptionCounts } from '../core/subscription-counts.ts';
import { SubscriptionPace } from '../core/subscription-pace.ts';
import { Watchlists } from '../core/watchlists.ts';
import { createMemoryDrivers } from '../drivers/memory/drivers.ts';
import { defaultServerLimits } from '../protocol/limits.ts';
import { EventRecorder } from './event-recorder.ts';
import { FakeClock } from './fake-clock.ts';
import { FakeSocket, FakeTopics } from './fake-socket.ts';
import { createRecordedLog } from './recorded-log.ts';
import { testApp } from './test-app.ts';
import { TestClient } from './test-client.ts';

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
  const counters = createCounters();
  const watchlists = new Watchlists();
  const counts = new SubscriptionCounts({ hub, events, clock });
  const memory = createMemoryDrivers({
    apps,
    clock,
    announce: (announcement) => announce({ hub, events, clock, watchlists, counts }, announcement),
    receiveBatch: (batch) => receiveBatch({ hub }, batch),
  });
  const engine: Omit<TestEngine, 'connect'> = {
    ...memory,
    ...replace(memory),
    clock,
    counters,
    counts,
    events,
    heartbeat: new Heartbeat(end),
    holding: new Holding(1000),
    hub,
    limits: defaultServerLimits,
    log: createRecordedLog(),
    outbox,
    pace: new SubscriptionPace({ clock, counters }),
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
