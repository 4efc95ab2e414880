import { describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { Causes } from './causes.ts';

const trace = { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`, tracestate: '' };
const consequence = { type: 'caused', appId: 'app', userId: 'ada', channels: ['presence-a', 'b'], trace } as const;
const vacated = (channel: string) => ({ type: 'channel_vacated', appId: 'app', channel, at: 0 }) as const;
const removed = (userId: string) => ({ type: 'member_removed', appId: 'app', channel: 'presence-a', userId, at: 0 }) as const;

function createCauses() {
  const clock = new FakeClock();
  return { clock, causes: new Causes(clock) };
}

describe('causes', () => {
  it('know the trace of what was brought about, and of nothing else', () => {
    const { causes } = createCauses();
    causes.note(consequence);
    expect(causes.take(vacated('presence-a'))).toBe(trace);
    expect(causes.take(removed('ada'))).toBe(trace);
    expect(causes.take({ type: 'subscription_count', appId: 'app', channel: 'b', subscriptionCount: 1, at: 0 })).toBe(trace);
    expect(causes.take(removed('eve'))).toBeUndefined();
    expect(causes.take(vacated('c'))).toBeUndefined();
    expect(causes.take({ ...vacated('b'), appId: 'other' })).toBeUndefined();
    expect(causes.take({ ...vacated('b'), type: 'channel_occupied' })).toBeUndefined();
  });

  it('tell each once', () => {
    const { causes } = createCauses();
    causes.note(consequence);
    expect(causes.take(vacated('b'))).toBe(trace);
    expect(causes.take(vacated('b'))).toBeUndefined();
  });

  it('are forgotten after a minute', async () => {
    const { causes, clock } = createCauses();
    causes.note(consequence);
    await clock.advance(60_000);
    expect(causes.take(vacated('b'))).toBeUndefined();
  });

  it('are bounded: the oldest are forgotten', () => {
    const { causes } = createCauses();
    causes.note({ ...consequence, channels: ['first'] });
    causes.note({ ...consequence, channels: Array.from({ length: 3333 }, (_, index) => `c${index}`) });
    expect(causes.take(vacated('first'))).toBeUndefined();
    expect(causes.take(vacated('c3332'))).toBe(trace);
  });
});
