import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertAsyncProperty } from '../testing/assert-property.ts';
import { expectEmpty } from '../testing/expect-empty.ts';
import { settled } from '../testing/fake-clock.ts';
import { SlowEventCache, SlowRegistry } from '../testing/slow-drivers.ts';
import { testApp } from '../testing/test-app.ts';
import type { HeardFrame, TestClient } from '../testing/test-client.ts';
import { createTestEngine, type TestEngine } from '../testing/test-engine.ts';
import type { Registry } from './ports.ts';

const channels = ['room', 'cache-room', 'private-cache-room', 'presence-room', 'presence-cache-room'];
/** Two sockets share a user; the channels have room for two users. */
const users = ['a', 'b', 'a', 'c'];
const app = testApp({ limits: { presenceMembers: 2 } });

const socket = fc.nat({ max: users.length - 1 });
const channel = fc.constantFrom(...channels);
const step = fc.oneof(
  { weight: 1, arbitrary: fc.record({ do: fc.constant('close' as const), socket }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('subscribe' as const), socket, channel }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('unsubscribe' as const), socket, channel }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('publish' as const), socket, channel }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('answer' as const) }) },
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface Seat {
  readonly client: TestClient;
  readonly user: string;
  /** The last thing that was asked for, per channel. */
  readonly wishes: Map<string, boolean>;
  /** Events that were published while the socket was subscribed, with their channel. */
  readonly owed: (readonly [channel: string, event: string])[];
}

/** An engine whose drivers answer in the order of the scheduler, some of them with a failure. */
async function createRacingEngine(windowMilliseconds: number, scheduler: fc.Scheduler, failures: readonly boolean[]) {
  let answers = 0;
  const pass = async () => {
    await scheduler.schedule(Promise.resolve());
    answers += 1;
    if (failures[answers % failures.length]) throw new Error('planned');
  };
  let registry: Registry | undefined;
  const engine = createTestEngine({
    apps: [app],
    windowMilliseconds,
    replace: (memory) => {
      registry = memory.registry;
      return { registry: new SlowRegistry(memory.registry, pass), cache: new SlowEventCache(memory.cache, pass) };
    },
  });
  const seats: Seat[] = [];
  for (const user of users) seats.push({ client: await engine.connect(), user, wishes: new Map(), owed: [] });
  return { engine, seats, registry: registry as unknown as Registry };
}

function act({ engine, seats }: { engine: TestEngine; seats: readonly Seat[] }, step: Exclude<Step, { do: 'answer' }>, event: string): void {
  const { client, user, wishes } = seats[step.socket] as Seat;
  if (step.do === 'publish') return publish(engine, seats, step.channel, event, client);
  if (client.socket.isClosed) return;
  if (step.do === 'close') return client.socket.disconnect();
  wishes.set(step.channel, step.do === 'subscribe');
  const member = step.channel.startsWith('presence-') ? { user_id: user } : undefined;
  void client[step.do](step.channel, member); // not awaited: what matters is that it is under way
}

function publish(engine: TestEngine, seats: readonly Seat[], name: string, event: string, except: TestClient): void {
  for (const { client, owed } of seats) {
    const isOwed = client !== except && client.connection.subscriptions.get(name)?.isAnswered;
    if (isOwed) owed.push([name, event]);
  }
  engine.hub.deliver({ topic: `app/${name}`, frame: JSON.stringify({ event, channel: name }), except: except.socketId });
}

async function settle(engine: TestEngine, scheduler: fc.Scheduler): Promise<void> {
  await settled();
  while (scheduler.count() > 0) {
    await scheduler.waitNext(scheduler.count());
    await settled();
  }
  engine.outbox.flushAll();
}

/** The members of a channel as a client knows them from its frames; checks each frame against what came before. */
function follow(frames: readonly HeardFrame[], name: string): ReadonlySet<string> {
  let members: Set<string> | undefined;
  for (const { event, channel: from, data } of frames) {
    if (from !== name || event === 'pusher:subscription_error') continue;
    if (event === 'pusher_internal:subscription_succeeded') {
      members = new Set((data as { presence?: { ids: string[] } }).presence?.ids);
      continue;
    }
    expect(members, `${event} before the success`).toBeDefined();
    const user = (data as { user_id?: string } | undefined)?.user_id ?? '';
    if (event === 'pusher_internal:member_added') {
      expect(members?.has(user)).toBe(false);
      members?.add(user);
    }
    if (event === 'pusher_internal:member_removed') expect(members?.delete(user)).toBe(true);
  }
  return members ?? new Set();
}

function membersOf(seats: readonly Seat[], name: string): readonly Seat[] {
  return seats.filter(({ client }) => !client.socket.isClosed && client.connection.subscriptions.has(name));
}

/** Everybody agrees on who is where: connections, hub, registry, and each client by its frames. */
async function expectAgreement({ engine, seats, registry }: { engine: TestEngine; seats: readonly Seat[]; registry: Registry }): Promise<void> {
  const frames = new Map(seats.map((seat) => [seat, seat.client.heard()]));
  const listed = await registry.list(app.id, '');
  for (const name of channels) {
    const members = membersOf(seats, name);
    const roster = name.startsWith('presence-') ? new Set(members.map(({ user }) => user)) : new Set<string>();
    expect(listed.get(name)?.count ?? { subscriptions: 0, users: 0 }).toEqual({ subscriptions: members.length, users: roster.size });
    expect(engine.hub.channels.get(`app/${name}`)?.subscriptions ?? 0).toBe(members.length);
    for (const member of members) {
      expect(member.client.connection.subscriptions.get(name)?.isLive).toBe(true);
      expect(follow(frames.get(member) ?? [], name)).toEqual(roster);
    }
  }
  for (const [{ client, owed }, heard] of frames) {
    if (client.socket.isClosed) continue;
    for (const name of channels) {
      const got = heard.filter((frame) => frame.channel === name && frame.event.startsWith('event '));
      expect(got.map(({ event }) => event)).toEqual(owed.flatMap(([from, event]) => (from === name ? [event] : [])));
    }
  }
}

/** Per channel occupied and vacated take turns, and so do a member's added and removed. */
function expectTurns(engine: TestEngine): void {
  const present = new Set<string>();
  for (const event of engine.recorder.take('channel_occupied', 'channel_vacated', 'member_added', 'member_removed')) {
    if (!('channel' in event)) continue;
    const subject = 'userId' in event ? `${event.channel} ${event.userId}` : event.channel;
    const isComing = event.type === 'channel_occupied' || event.type === 'member_added';
    expect(present.has(subject), `${event.type} ${subject}`).toBe(!isComing);
    if (isComing) present.add(subject);
    else present.delete(subject);
  }
}

async function race(windowMilliseconds: number, steps: readonly Step[], scheduler: fc.Scheduler, failures: readonly boolean[]) {
  const racing = await createRacingEngine(windowMilliseconds, scheduler, failures);
  for (const [index, next] of steps.entries()) {
    if (next.do !== 'answer') act(racing, next, `event ${index}`);
    else if (scheduler.count() > 0) await scheduler.waitNext(1);
  }
  await settle(racing.engine, scheduler);
  await expectAgreement(racing);
  return racing;
}

async function end({ engine, seats }: { engine: TestEngine; seats: readonly Seat[] }): Promise<void> {
  for (const { client } of seats) client.socket.disconnect();
  await settled();
  for (const name of channels) expect(engine.hub.channels.get(`app/${name}`)).toBeUndefined();
  expectTurns(engine);
}

const races = fc.array(step, { minLength: 1, maxLength: 40, size: 'max' });

describe.each([0, 1])('an engine whose drivers answer late and in any order, with a window of %i ms,', (windowMilliseconds) => {
  it('ends in the state that was asked for last, and everybody agrees on it', async () => {
    await assertAsyncProperty(
      fc.asyncProperty(races, fc.scheduler(), async (steps, scheduler) => {
        const racing = await race(windowMilliseconds, steps, scheduler, [false]);
        expect(racing.engine.log.lines).toEqual([]);
        for (const { client, wishes } of racing.seats) {
          if (client.socket.isClosed) continue;
          for (const [name, isWanted] of wishes) {
            const isFull = name.startsWith('presence-') && isWanted;
            if (!isFull) expect(client.connection.subscriptions.has(name)).toBe(isWanted);
          }
        }
        await end(racing);
      }),
      200,
    );
  });

  it('is in a state that everybody agrees on, even when some answers are failures', async () => {
    const failures = fc.array(fc.boolean(), { minLength: 1, maxLength: 7 });
    await assertAsyncProperty(
      fc.asyncProperty(races, fc.scheduler(), failures, async (steps, scheduler, planned) => {
        const racing = await race(windowMilliseconds, steps, scheduler, planned);
        for (const { message } of racing.engine.log.lines) expect(message).toBe('a subscription could not be completed');
        await end(racing);
      }),
      200,
    );
  });

  it('keeps nothing when all connections close before any answer came', async () => {
    await assertAsyncProperty(
      fc.asyncProperty(races, fc.scheduler(), async (steps, scheduler) => {
        const racing = await createRacingEngine(windowMilliseconds, scheduler, [false]);
        for (const next of steps) if (next.do !== 'answer') act(racing, next, 'event');
        for (const { client } of racing.seats) client.socket.disconnect();
        await settle(racing.engine, scheduler);
        await expectEmpty({ ...racing.engine, registry: racing.registry });
        expectTurns(racing.engine);
      }),
      200,
    );
  });
});
