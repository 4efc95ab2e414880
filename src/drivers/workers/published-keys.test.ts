import { expect, it } from 'vitest';
import { FakeClock } from '../../testing/fake-clock.ts';
import { PublishedKeys } from './published-keys.ts';

const batch = [{ topic: 'app/room', frame: '{}' }];
const isNew = (keys: PublishedKeys, key: string) => keys.without(batch, [[key, 0, 1]]).length === 1;

it('knows a key for two minutes', async () => {
  const clock = new FakeClock();
  const keys = new PublishedKeys(clock);
  expect([isNew(keys, 'a'), isNew(keys, 'a'), isNew(keys, '__proto__')]).toEqual([true, false, true]);
  await clock.advance(119_999);
  expect(isNew(keys, 'a')).toBe(false);
  await clock.advance(1);
  expect(isNew(keys, 'a')).toBe(true);
});

it('forgets the oldest keys when they are too many', () => {
  const keys = new PublishedKeys(new FakeClock(), 2);
  expect(['a', 'b', 'c'].map((key) => isNew(keys, key))).toEqual([true, true, true]);
  expect([isNew(keys, 'c'), isNew(keys, 'a')]).toEqual([false, true]);
});
