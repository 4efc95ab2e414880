import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertAsyncProperty } from '../testing/assert-property.ts';
import { EngineModel } from '../testing/engine-model.ts';
import { expectEmpty } from '../testing/expect-empty.ts';
import { settled } from '../testing/fake-clock.ts';
import { testApp } from '../testing/test-app.ts';
import type { HeardFrame, TestClient } from '../testing/test-client.ts';
import { createTestEngine, type TestEngine } from '../testing/test-engine.ts';
import type { ServerEvent } from './events.ts';
import { trigger } from './trigger.ts';

const app = testApp({ subscriptionCount: true, limits: { clientEventsPerSecond: Number.POSITIVE_INFINITY } });
const channels = ['room', 'cache-room', 'private-room', 'presence-room', 'presence-cache-room'];
/** Two sockets share a user. */
const users = ['a', 'b', 'a', 'c'];

const socket = fc.nat({ max: users.length - 1 });
const channel = fc.constantFrom(...channels);
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('open' as const), socket }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('close' as const), socket }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('subscribe' as const), socket, channel }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('unsubscribe' as const), socket, channel }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('whisper' as const), socket, channel }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('publish' as const), socket, channel }) },
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** An engine and the model of it, which are told the same. */
class Comparison {
  readonly engine: TestEngine;
  readonly #model = new EngineModel();
  readonly #clients = new Map<number, TestClient>();
  #published = 0;

  constructor(windowMilliseconds: number) {
    this.engine = createTestEngine({ apps: [app], windowMilliseconds });
  }

  async take(step: Step): Promise<void> {
    const isOpen = this.#clients.has(step.socket);
    if (step.do === 'open') {
      if (!isOpen) await this.#open(step.socket);
    } else if (step.do === 'publish') await this.#publish(step.channel, step.socket);
    else if (isOpen) await this.#act(step);
    await settled();
    this.engine.outbox.flushAll();
  }

  /** The engine must have caused what the model says, no more and no less. */
  async check(): Promise<void> {
    const { frames, facts } = this.#model.take();
    for (const [number, client] of this.#clients) expect(client.heard().map(withoutText), `socket ${number}`).toEqual(frames.get(number) ?? []);
    expect(this.engine.recorder.take(...factTypes).map(describeFact)).toEqual(facts);
    const listed = await this.engine.registry.list(app.id, '');
    expect(new Map([...listed].map(([name, { count }]) => [name, count]))).toEqual(this.#model.counts());
    expect(await this.engine.quota.count(app.id)).toBe(this.#clients.size);
    expect(this.engine.log.lines).toEqual([]);
  }

  async end(): Promise<void> {
    for (const number of [...this.#clients.keys()]) await this.#close(number);
    await settled();
    await this.check();
    await expectEmpty(this.engine);
  }

  async #act(step: Exclude<Step, { do: 'open' | 'publish' }>): Promise<void> {
    const { socket: number } = step;
    const client = this.#client(number);
    if (step.do === 'close') return this.#close(number);
    this.#model[step.do](number, step.channel, `whisper ${this.#published}`);
    if (step.do === 'whisper') return client.whisper(step.channel, 'client-event', `whisper ${this.#published}`);
    const member = step.channel.startsWith('presence-') ? { user_id: users[number] } : undefined;
    await client[step.do](step.channel, member);
  }

  async #open(number: number): Promise<void> {
    this.#clients.set(number, await this.engine.connect());
    this.#model.open(number, users[number] ?? '');
  }

  async #close(number: number): Promise<void> {
    await this.#client(number).disconnect();
    this.#clients.delete(number);
    this.#model.close(number);
  }

  async #publish(name: string, except: number): Promise<void> {
    this.#published += 1;
    const data = `event ${this.#published}`;
    const kept = this.#clients.get(except);
    const parsed = { name, kind: 'public', isCache: /^(presence-)?cache-/.test(name), needsAuth: false } as const;
    await trigger(this.engine, app, [
      { event: 'event', data, channels: [parsed], info: [], ...(kept === undefined ? {} : { except: kept.socketId }) },
    ]);
    this.#model.publish(name, data, except);
  }

  #client(number: number): TestClient {
    const client = this.#clients.get(number);
    if (client === undefined) throw new Error(`socket ${number} is not open`);
    return client;
  }
}

const factTypes = [
  'channel_occupied',
  'channel_vacated',
  'member_added',
  'member_removed',
  'cache_miss',
  'client_event',
  'subscription_count',
] as const;

function describeFact(event: ServerEvent): string {
  const { type, channel: name } = event as Extract<ServerEvent, { type: (typeof factTypes)[number] }>;
  if (event.type === 'member_added' || event.type === 'member_removed') return `${type} ${name} ${event.userId}`;
  return event.type === 'subscription_count' ? `${type} ${name} ${event.subscriptionCount}` : `${type} ${name}`;
}

/** The texts of refusals are not the model's. */
function withoutText(frame: HeardFrame): HeardFrame {
  return frame.event === 'pusher:error' ? { event: frame.event } : frame;
}

describe('an engine', () => {
  it.each([0, 1])('does what its model says, step by step, and keeps nothing at the end (window %i ms)', async (windowMilliseconds) => {
    await assertAsyncProperty(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40, size: 'max' }), async (steps) => {
        const comparison = new Comparison(windowMilliseconds);
        for (const next of steps) {
          await comparison.take(next);
          await comparison.check();
        }
        await comparison.end();
      }),
      100,
    );
  });
});
