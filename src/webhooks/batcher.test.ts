import { describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { Batcher } from './batcher.ts';
import type { Delivery, OutgoingEvent, Target } from './delivery.ts';

function setUp() {
  const clock = new FakeClock();
  const sent: string[] = [];
  const deliveries: Delivery[] = [];
  const batcher = new Batcher({
    timers: clock,
    settings: { batchMilliseconds: 1000, batchEvents: 3, batchBytes: 300 },
    send(delivery) {
      deliveries.push(delivery);
      sent.push(`${delivery.target.key}: ${delivery.events.map(({ id }) => id)}`);
    },
  });
  return { clock, batcher, sent, deliveries };
}

function target(key: string, batch: boolean): Target {
  return { key, appId: 'app', endpoint: { url: 'https://example.com', events: [], filter: {}, headers: {}, batch } };
}

function event(id: string, { at = 0, bytes = 10 } = {}): OutgoingEvent {
  return { id, channel: 'room', at, json: 'x'.repeat(bytes), settle: () => undefined };
}

describe('the batcher', () => {
  it('sends the events of an endpoint without batches one by one, at once', () => {
    const { batcher, sent } = setUp();
    batcher.add(target('a', false), event('1'));
    batcher.add(target('a', false), event('2'));
    expect(sent).toEqual(['a: 1', 'a: 2']);
  });

  it('gathers events for its time', async () => {
    const { clock, batcher, sent } = setUp();
    batcher.add(target('a', true), event('1'));
    await clock.advance(999);
    batcher.add(target('a', true), event('2'));
    expect(sent).toEqual([]);
    expect(batcher.size).toBe(2);
    await clock.advance(1);
    expect(sent).toEqual(['a: 1,2']);
    expect(batcher.size).toBe(0);
  });

  it('sends at once when the number is reached, and begins anew', async () => {
    const { clock, batcher, sent } = setUp();
    for (const id of ['1', '2', '3', '4']) batcher.add(target('a', true), event(id));
    expect(sent).toEqual(['a: 1,2,3']);
    await clock.advance(1000);
    expect(sent).toEqual(['a: 1,2,3', 'a: 4']);
    expect(clock.pendingTimers).toBe(0);
  });

  it('sends first what another event would make too large', () => {
    const { batcher, sent } = setUp();
    batcher.add(target('a', true), event('1', { bytes: 200 }));
    batcher.add(target('a', true), event('2', { bytes: 200 }));
    expect(sent).toEqual(['a: 1']);
  });

  it('sends an event that is too large by itself all the same', () => {
    const { batcher, sent } = setUp();
    batcher.add(target('a', true), event('1', { bytes: 1000 }));
    batcher.flush();
    expect(sent).toEqual(['a: 1']);
  });

  it('never mixes endpoints', () => {
    const { batcher, sent } = setUp();
    for (const key of ['a', 'b', 'a', 'b']) batcher.add(target(key, true), event('1'));
    batcher.flush();
    expect(sent).toEqual(['a: 1,1', 'b: 1,1']);
  });

  it('gives a request the time of its oldest event', () => {
    const { batcher, deliveries } = setUp();
    for (const at of [7, 5, 9]) batcher.add(target('a', true), event(String(at), { at }));
    expect(deliveries[0]?.at).toBe(5);
  });
});
