import { describe, expect, it } from 'vitest';
import { defaultServerLimits } from '../protocol/limits.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { createCounters } from './counters.ts';
import { Holding } from './holding.ts';
import { type Arrival, Reception } from './reception.ts';

function setUp(limits: Partial<typeof defaultServerLimits> = {}, places = 2) {
  const counters = createCounters();
  const holding = new Holding(places);
  const reception = new Reception({ clock: new FakeClock(), counters, holding, limits: { ...defaultServerLimits, ...limits } });
  const outcomes: string[] = [];
  const enter = (arrival: Arrival | undefined) =>
    arrival && reception.receive(arrival, { open: () => outcomes.push('open'), refuse: () => outcomes.push('refuse') });
  return { counters, holding, reception, outcomes, enter };
}

describe('the reception', () => {
  it('opens who is within all limits', () => {
    const { reception, outcomes, enter } = setUp();
    enter(reception.decide('a'));
    enter(reception.decide(undefined));
    expect(outcomes).toEqual(['open', 'open']);
  });

  it('holds and then refuses who is above the limits of an address, while there is a place', () => {
    const { reception, holding, outcomes, enter, counters } = setUp({ connectionsPerIp: 1 });
    enter(reception.decide('a'));
    enter(reception.decide('a'));
    const leave = enter(reception.decide('a'));
    expect(reception.decide('a')).toBeUndefined();
    expect(outcomes).toEqual(['open']);
    leave?.();
    for (let second = 0; second < 10; second += 1) holding.tick();
    expect(outcomes).toEqual(['open', 'refuse']);
    expect(counters.addressConnections).toBe(3);
  });

  it('gives the place of an address back when its socket is gone', () => {
    const { reception } = setUp({ connectionsPerIp: 1 });
    const arrival = reception.decide('a');
    expect(reception.decide('a')).toMatchObject({ isRefused: true });
    reception.depart(arrival as Arrival);
    expect(reception.decide('a')).toMatchObject({ isRefused: false });
  });

  it('has nobody counted whom it has no place for', () => {
    const limits = { handshakesPerSecond: 1, handshakeBurst: 1, handshakeQueueSeconds: 1, connectionsPerIp: 3 };
    const { reception, outcomes, enter, counters } = setUp(limits);
    enter(reception.decide('a'));
    enter(reception.decide('a'));
    for (let times = 0; times < 10; times += 1) expect(reception.decide('a')).toBeUndefined();
    expect(counters).toMatchObject({ handshakes: 10, handshakesDelayed: 1, addressConnections: 0 });
    reception.close();
    expect(outcomes).toEqual(['open', 'refuse']);
  });
});
