import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WebhookFact } from '../core/events.ts';
import type { QueuedFact } from '../core/ports.ts';
import { assertAsyncProperty } from '../testing/assert-property.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { Smoother } from './smoother.ts';

function setUp(maxWaiting = 1000) {
  const clock = new FakeClock();
  const passed: string[] = [];
  const dropped: string[] = [];
  const smoother = new Smoother<QueuedFact>({
    clock,
    timers: clock,
    delayMilliseconds: 3000,
    maxWaiting,
    pass: ({ id }) => passed.push(id),
    drop: (facts) => dropped.push(facts.map(({ id }) => id).join('+')),
  });
  /** The id of a fact is its short form: `vacated room`, `removed room ann`, `miss room`. */
  const take = (...ids: string[]): void => {
    for (const id of ids) smoother.take({ id, fact: factOf(id, clock.now()) });
  };
  return { clock, passed, dropped, smoother, take };
}

function factOf(id: string, at: number): WebhookFact {
  const [kind, channel = '', userId = ''] = id.split(' ');
  const where = { appId: 'app', channel, at };
  if (kind === 'occupied' || kind === 'vacated') return { type: `channel_${kind}`, ...where };
  if (kind === 'added' || kind === 'removed') return { type: `member_${kind}`, ...where, userId };
  if (kind === 'event') return { type: 'client_event', ...where, event: 'client-x', data: '', socketId: '1.1', ...(userId === '' ? {} : { userId }) };
  return { type: 'cache_miss', ...where };
}

describe('the smoother', () => {
  it('passes on at once what neither leaves nor follows something that left', () => {
    const { take, passed, smoother } = setUp();
    take('occupied room', 'added room ann', 'event room ann', 'miss room');
    expect(passed).toEqual(['occupied room', 'added room ann', 'event room ann', 'miss room']);
    expect(smoother.size).toBe(0);
  });

  it('holds a departure for its time', async () => {
    const { clock, take, passed } = setUp();
    take('vacated room');
    await clock.advance(2999);
    expect(passed).toEqual([]);
    await clock.advance(1);
    expect(passed).toEqual(['vacated room']);
  });

  it('drops a departure together with the arrival that undoes it', async () => {
    const { clock, take, passed, dropped, smoother } = setUp();
    take('removed room ann', 'vacated room');
    await clock.advance(2999);
    take('occupied room', 'added room ann');
    await clock.advance(10_000);
    expect(passed).toEqual([]);
    expect(dropped).toEqual(['vacated room+occupied room', 'removed room ann+added room ann']);
    expect(smoother.size).toBe(0);
    expect(clock.pendingTimers).toBe(0);
  });

  it('sends both when the client comes back too late', async () => {
    const { clock, take, passed } = setUp();
    take('vacated room');
    await clock.advance(3000);
    take('occupied room');
    expect(passed).toEqual(['vacated room', 'occupied room']);
  });

  it('starts the wait anew with each departure', async () => {
    const { clock, take, passed } = setUp();
    take('vacated room');
    await clock.advance(2000);
    take('occupied room');
    await clock.advance(500);
    take('vacated room');
    await clock.advance(2999);
    expect(passed).toEqual([]);
    await clock.advance(1);
    expect(passed).toEqual(['vacated room']);
  });

  it('keeps users, channels and apps apart', async () => {
    const { clock, take, passed, smoother } = setUp();
    take('removed room ann', 'vacated room');
    take('added room bob', 'occupied other');
    smoother.take({ id: 'foreign', fact: { type: 'channel_occupied', appId: 'app2', channel: 'room', at: 0 } });
    expect(passed).toEqual(['occupied other', 'foreign']);
    await clock.advance(3000);
    expect(passed.slice(2)).toEqual(['removed room ann', 'vacated room', 'added room bob']);
  });

  it('lets nothing of the channel overtake a waiting channel_vacated', async () => {
    const { clock, take, passed } = setUp();
    take('vacated room', 'miss room', 'event room');
    expect(passed).toEqual([]);
    await clock.advance(3000);
    expect(passed).toEqual(['vacated room', 'miss room', 'event room']);
  });

  it('releases what a channel_vacated held back as soon as it is undone', () => {
    const { take, passed } = setUp();
    take('vacated room', 'miss room', 'event room', 'occupied room');
    expect(passed).toEqual(['miss room', 'event room']);
  });

  it('does not let a user who left hold back the others', () => {
    const { take, passed } = setUp();
    take('removed room ann', 'added room bob', 'event room bob', 'miss room');
    expect(passed).toEqual(['added room bob', 'event room bob', 'miss room']);
  });

  it('lets nothing of a user overtake that the user left', async () => {
    const { clock, take, passed } = setUp();
    take('removed room ann', 'event room ann');
    expect(passed).toEqual([]);
    await clock.advance(3000);
    expect(passed).toEqual(['removed room ann', 'event room ann']);
  });

  it('sends one of two equal departures', async () => {
    const { clock, take, passed, dropped } = setUp();
    take('vacated room', 'vacated room');
    await clock.advance(3000);
    expect(passed).toEqual(['vacated room']);
    expect(dropped).toEqual(['vacated room']);
  });

  it('sends the oldest early rather than hold more than its limit', () => {
    const { take, passed, smoother } = setUp(2);
    take('vacated a', 'vacated b', 'vacated c');
    expect(passed).toEqual(['vacated a']);
    expect(smoother.size).toBe(2);
  });

  it('sends what is due in parts, with a pause between them', async () => {
    const { clock, take, passed } = setUp();
    const ids = Array.from({ length: 800 }, (_, index) => `vacated room-${index}`);
    take(...ids);
    await clock.advance(3000);
    expect(passed).toEqual(ids.slice(0, 500));
    await clock.advance(1);
    expect(passed).toEqual(ids);
  });

  it('sends everything when it is flushed, and needs no timer any more', () => {
    const { clock, take, passed, smoother } = setUp();
    take('removed room ann', 'vacated room', 'miss room', 'vacated other');
    smoother.flush();
    expect(passed).toEqual(['removed room ann', 'vacated room', 'miss room', 'vacated other']);
    expect(clock.pendingTimers).toBe(0);
  });
});

type Step = { readonly wait: number } | { readonly user: string; readonly join: boolean };

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 1, arbitrary: fc.record({ wait: fc.integer({ min: 0, max: 4000 }) }) },
    { weight: 3, arbitrary: fc.record({ user: fc.constantFrom('ann', 'bob', '__proto__'), join: fc.boolean() }) },
  ),
  { maxLength: 60 },
);

/** The facts of a presence channel in which users come and go, in the order in which a registry tells them. */
function transition(present: Set<string>, { user, join }: { user: string; join: boolean }): readonly string[] {
  if (join === present.has(user)) return [];
  if (join) present.add(user);
  else present.delete(user);
  if (join) return present.size === 1 ? ['occupied room', `added room ${user}`] : [`added room ${user}`];
  return present.size === 0 ? [`removed room ${user}`, 'vacated room'] : [`removed room ${user}`];
}

describe('whatever order clients come and go in, the smoother', () => {
  it('tells channels and members alternately, ends with the truth, and drops only whole pairs', async () => {
    await assertAsyncProperty(
      fc.asyncProperty(steps, async (run) => {
        const { clock, take, passed, dropped, smoother } = setUp();
        const present = new Set<string>();
        for (const step of run) {
          if ('wait' in step) await clock.advance(step.wait);
          else take(...transition(present, step));
        }
        await clock.advance(3000);
        expect(statesOf(passed, 'occupied room', 'vacated room')).toBe(present.size > 0);
        for (const user of ['ann', 'bob', '__proto__']) {
          expect(statesOf(passed, `added room ${user}`, `removed room ${user}`)).toBe(present.has(user));
        }
        expect(dropped.every((pair) => pair.includes('+'))).toBe(true);
        expect(smoother.size).toBe(0);
        expect(clock.pendingTimers).toBe(0);
      }),
      500,
    );
  });
});

/** Checks that arrivals and departures alternate, an arrival first, and returns whether the last one was an arrival. */
function statesOf(passed: readonly string[], arrival: string, departure: string): boolean {
  const told = passed.filter((id) => id === arrival || id === departure);
  expect(told).toEqual(told.map((_, index) => (index % 2 === 0 ? arrival : departure)));
  return told.length % 2 === 1;
}
