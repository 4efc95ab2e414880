import { expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { testApp } from '../testing/test-app.ts';
import { Meter } from './meter.ts';

const app = testApp();
const event = (channels: readonly string[]) => ({ type: 'triggered', appId: app.id, channels, event: 'e', data: '{}' }) as const;

it('tells rates over the last 5 to 10 seconds, and none before the first second is over', async () => {
  const clock = new FakeClock();
  const meter = new Meter(app, clock);
  meter.offer(event(['a', 'b']));
  expect(meter.rates()).toBeNull();
  await clock.advance(2000);
  meter.offer(event(['a']));
  expect(meter.rates()).toMatchObject({ messages: 1.5, connected: 0 });
  expect([meter.rateOf('a'), meter.rateOf('b'), meter.rateOf('c')]).toEqual([1, 0.5, 0]);
  for (let second = 0; second < 12; second += 1) {
    await clock.advance(1000);
    meter.tick();
  }
  expect(meter.rates()).toMatchObject({ messages: 0 });
  expect(meter.channels().size).toBe(0);
});

it('counts no more than so many channels', () => {
  const meter = new Meter(app, new FakeClock());
  for (let index = 0; index < 20_000; index += 1) meter.offer(event([`channel-${index}`]));
  expect(meter.channels().size).toBe(10_000);
});

it('counts only the events of its app', async () => {
  const clock = new FakeClock();
  const meter = new Meter(app, clock);
  meter.offer({ type: 'connected', appId: 'other', socketId: '1.1' });
  await clock.advance(1000);
  expect(meter.rates()).toMatchObject({ connected: 0 });
});
