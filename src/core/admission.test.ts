import { describe, expect, it, onTestFinished } from 'vitest';
import { Admission } from './admission.ts';
import { createCounters } from './counters.ts';

const limits = { handshakesPerSecond: 200, handshakeBurst: 3, handshakeQueueSeconds: 0.05 };

function setUp(changes: Partial<typeof limits> = {}) {
  const counters = createCounters();
  const admission = new Admission({ clock: { monotonic: () => performance.now() }, limits: { ...limits, ...changes }, counters });
  onTestFinished(() => admission.close());
  const events: string[] = [];
  const enter = (name: string) => admission.enter({ open: () => events.push(`open ${name}`), refuse: () => events.push(`refuse ${name}`) });
  return { admission, counters, events, enter };
}

describe('admission', () => {
  it('opens at once up to the burst, then later, in order', async () => {
    const { events, enter, counters } = setUp();
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    for (const name of names) enter(name);
    expect(events.length).toBeGreaterThanOrEqual(3);
    expect(events.length).toBeLessThan(8);
    expect(counters.handshakesDelayed).toBe(8 - events.length);
    await expect.poll(() => events).toEqual(names.map((name) => `open ${name}`));
  });

  it('is full when as many wait as it can let in within the time', () => {
    const { admission, enter } = setUp({ handshakesPerSecond: 1, handshakeQueueSeconds: 2 });
    for (const name of ['a', 'b', 'c']) enter(name);
    expect(admission.isFull).toBe(false);
    enter('d');
    const leave = enter('e');
    expect(admission.isFull).toBe(true);
    leave();
    expect(admission.isFull).toBe(false);
  });

  it('gives the turn of one who left to the next', async () => {
    const { events, enter } = setUp();
    for (const name of ['a', 'b', 'c']) enter(name);
    const leave = enter('d');
    enter('e');
    leave();
    await expect.poll(() => events.at(-1)).toBe('open e');
    expect(events).not.toContain('open d');
  });

  it('refuses all who wait when it closes', () => {
    const { admission, events, enter } = setUp({ handshakesPerSecond: 1, handshakeQueueSeconds: 60 });
    for (const name of ['a', 'b', 'c', 'd', 'e']) enter(name);
    admission.close();
    expect(events.slice(3)).toEqual(['refuse d', 'refuse e']);
  });

  it('lets everybody in when there is no rate', () => {
    const { admission, events, enter } = setUp({ handshakesPerSecond: Number.POSITIVE_INFINITY });
    for (let number = 0; number < 1000; number += 1) enter(String(number));
    expect(events).toHaveLength(1000);
    expect(admission.isFull).toBe(false);
  });
});
