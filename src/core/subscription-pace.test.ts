import { describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { FakeSocket } from '../testing/fake-socket.ts';
import { testApp } from '../testing/test-app.ts';
import { Connection } from './connection.ts';
import { createCounters } from './counters.ts';
import { SubscriptionPace } from './subscription-pace.ts';

function setUp(subscriptionsPerSecond: number, channelsPerConnection: number) {
  const clock = new FakeClock();
  const counters = createCounters();
  const pace = new SubscriptionPace({ clock, counters });
  const connection = new Connection(testApp({ limits: { subscriptionsPerSecond, channelsPerConnection } }), new FakeSocket(), '1.1', 0);
  const done: string[] = [];
  const run = (name: string, isCounted = true, characters = 10) => pace.run(connection, () => done.push(name), characters, isCounted);
  return { clock, counters, pace, connection, done, run };
}

describe('the pace of subscriptions', () => {
  it('is as many at once as there may be channels, then so many a second, in order', async () => {
    const { clock, pace, done, run } = setUp(2, 3);
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) expect(run(name)).toBe(true);
    expect(done).toEqual(['a', 'b', 'c']);
    await clock.advance(1000);
    pace.tick();
    expect(done).toEqual(['a', 'b', 'c', 'd', 'e']);
    await clock.advance(1000);
    pace.tick();
    expect(done).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
    expect(pace.size).toBe(0);
  });

  it('lets what gives back wait behind what came before it, at no cost of its own', async () => {
    const { clock, pace, done, run } = setUp(1, 1);
    for (const name of ['a', 'b']) run(name);
    run('not b', false);
    expect(done).toEqual(['a']);
    await clock.advance(1000);
    pace.tick();
    expect(done).toEqual(['a', 'b', 'not b']);
    run('not a', false);
    expect(done.at(-1)).toBe('not a');
  });

  it('has a line of bounded length and size', () => {
    const { counters, run } = setUp(1, 3);
    expect(Array.from({ length: 10 }, () => run('x')).lastIndexOf(true)).toBe(8);
    expect(counters).toMatchObject({ subscriptionsDelayed: 6, subscriptions: 1 });
    const other = setUp(1, 1000);
    for (let number = 0; number < 1000; number += 1) other.run('x');
    const accepted = Array.from({ length: 10 }, () => other.run('large', true, 60_000)).filter(Boolean);
    expect(accepted).toHaveLength(4);
  });

  it('lets go of a connection that is closed', async () => {
    const { clock, pace, connection, done, run } = setUp(1, 1);
    for (const name of ['a', 'b']) run(name);
    pace.forget(connection);
    expect(pace.size).toBe(0);
    await clock.advance(5000);
    pace.tick();
    expect(done).toEqual(['a']);
  });
});
