import type { Handshake } from '../core/admit.ts';
import type { App } from '../core/app.ts';
import { close } from '../core/close.ts';
import { createCounters } from '../core/counters.ts';
import { createNode } from '../core/create-node.ts';
import type { Engine } from '../core/engine.ts';
import { open } from '../core/open.ts';
import type { Outbox } from '../core/outbox.ts';
import type { Drivers } from '../core/ports.ts';
import { createMemoryDrivers } from '../drivers/memory/drivers.ts';
import { defaultServerLimits } from '../protocol/limits.ts';
import { EventRecorder } from './event-recorder.ts';
import { FakeClock } from './fake-clock.ts';
import { FakeSocket, FakeTopics } from './fake-socket.ts';
import { FakeTokens } from './fake-tokens.ts';
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
  readonly log: ReturnType<typeof createRecordedLog>;
  readonly outbox: Outbox;
  readonly recorder: EventRecorder;
  readonly tokens: FakeTokens;
  readonly topics: FakeTopics;
  /** A second for all that is called once a second. */
  tick(): void;
  /** Opens a connection with the key; throws when it is refused. The first frame has been read. */
  connect(key?: string, handshake?: Partial<Handshake>): Promise<TestClient>;
}

export function createTestEngine({ apps = [testApp()], windowMilliseconds = 0, replace = () => ({}) }: TestEngineOptions = {}): TestEngine {
  const clock = new FakeClock();
  const tokens = new FakeTokens();
  const topics = new FakeTopics();
  const log = createRecordedLog();
  const { engine, outbox, tick } = createNode({
    apps,
    clock,
    counters: createCounters(),
    createDrivers: (options) => {
      const memory = createMemoryDrivers(options);
      return { ...memory, ...replace(memory) };
    },
    fanout: (topic, frame) => topics.publish(topic, frame),
    limits: defaultServerLimits,
    log,
    tokens,
    windowMilliseconds,
  });
  const parts: Omit<TestEngine, 'connect'> = { ...engine, clock, log, outbox, recorder: new EventRecorder(engine.events), tick, tokens, topics };
  return { ...parts, connect: (key = 'key', handshake = {}) => connect(parts, { key, protocol: '7', ...handshake }) };
}

async function connect(engine: Omit<TestEngine, 'connect'>, handshake: Handshake): Promise<TestClient> {
  const socket = new FakeSocket(engine.topics);
  const connection = await open(engine, socket, handshake, () => socket.isClosed);
  if (connection === undefined) throw new Error(`the connection was refused: ${socket.frames.join(' ')}`);
  socket.onClose = (code) => close(engine, connection, code);
  const client = new TestClient(engine, connection, socket);
  client.heard();
  return client;
}
