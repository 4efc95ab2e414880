import { describe, expect, it } from 'vitest';
import type { App } from '../core/app.ts';
import { FakeClock, settled } from '../testing/fake-clock.ts';
import { AppGate } from './app-gate.ts';

interface Lookup {
  readonly id: string;
  readonly found: (app: App | undefined) => void;
  readonly failed: (cause: Error) => void;
}

function setUp(maxWaiting = 100) {
  const clock = new FakeClock();
  const lookups: Lookup[] = [];
  const passed: string[] = [];
  const rejected: string[] = [];
  const failures: string[] = [];
  const gate = new AppGate<string>({
    apps: { byId: (id) => new Promise((found, failed) => lookups.push({ id, found, failed })) },
    timers: clock,
    maxWaiting,
    pass: (item, app) => passed.push(`${item} of ${app?.id}`),
    reject: (item) => rejected.push(item),
    failed: (appId) => failures.push(appId),
  });
  const find = async (index: number): Promise<void> => {
    lookups[index]?.found({ id: lookups[index].id } as App);
    await settled();
  };
  const fail = async (index: number): Promise<void> => {
    lookups[index]?.failed(new Error('out of reach'));
    await settled();
  };
  return { gate, clock, lookups, passed, rejected, failures, find, fail };
}

describe('the gate to the app store', () => {
  it('passes the items of an app on in their order, after one lookup', async () => {
    const { gate, lookups, passed, find } = setUp();
    gate.enter('a', '1');
    gate.enter('a', '2');
    expect(lookups).toHaveLength(1);
    await find(0);
    expect(passed).toEqual(['1 of a', '2 of a']);
    expect(gate.size).toBe(0);
  });

  it('does not let one app wait for another', async () => {
    const { gate, passed, find } = setUp();
    gate.enter('slow', '1');
    gate.enter('fast', '2');
    await find(1);
    expect(passed).toEqual(['2 of fast']);
  });

  it('asks again for what comes later, because apps change', async () => {
    const { gate, lookups, passed, find } = setUp();
    gate.enter('a', '1');
    await find(0);
    gate.enter('a', '2');
    expect(lookups).toHaveLength(2);
    await find(1);
    expect(passed).toEqual(['1 of a', '2 of a']);
  });

  it('says that there is no such app', async () => {
    const { gate, lookups, passed } = setUp();
    gate.enter('a', '1');
    lookups[0]?.found(undefined);
    await settled();
    expect(passed).toEqual(['1 of undefined']);
  });

  it('asks again a second after the store was out of reach, and loses nothing', async () => {
    const { gate, clock, lookups, passed, failures, find, fail } = setUp();
    gate.enter('a', '1');
    await fail(0);
    gate.enter('a', '2');
    expect(failures).toEqual(['a']);
    expect(lookups).toHaveLength(1);
    await clock.advance(1000);
    await find(1);
    expect(passed).toEqual(['1 of a', '2 of a']);
  });

  it('pauses after five hundred items, and keeps their order', async () => {
    const { gate, clock, passed, lookups, find } = setUp(2000);
    for (let index = 0; index < 1200; index += 1) gate.enter('a', String(index));
    await find(0);
    expect(passed).toHaveLength(500);
    gate.enter('a', '1200');
    for (let lookup = 1; lookup < 3; lookup += 1) {
      await clock.advance(0);
      await find(lookup);
    }
    expect(passed).toEqual(Array.from({ length: 1201 }, (_, index) => `${index} of a`));
    expect(lookups).toHaveLength(3);
    expect(gate.size).toBe(0);
  });

  it('rejects what it has no room for', async () => {
    const { gate, rejected, passed, find } = setUp(2);
    for (const item of ['1', '2', '3']) gate.enter('a', item);
    expect(rejected).toEqual(['3']);
    await find(0);
    gate.enter('a', '4');
    await find(1);
    expect(passed).toEqual(['1 of a', '2 of a', '4 of a']);
  });

  it('waits at its end for lookups that are under way', async () => {
    const { gate, passed, rejected, find } = setUp();
    gate.enter('a', '1');
    const closed = gate.close();
    gate.enter('a', '2');
    await find(0);
    await closed;
    expect({ passed, rejected }).toEqual({ passed: ['1 of a'], rejected: ['2'] });
  });

  it('tries a last time at its end for an app that could not be looked up, then rejects its items', async () => {
    const { gate, clock, lookups, rejected, fail } = setUp();
    gate.enter('a', '1');
    await fail(0);
    const closed = gate.close();
    expect(lookups).toHaveLength(2);
    await fail(1);
    await closed;
    expect(rejected).toEqual(['1']);
    expect(clock.pendingTimers).toBe(0);
  });
});
