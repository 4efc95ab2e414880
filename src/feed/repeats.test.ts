import { expect, it } from 'vitest';
import type { FeedLine } from './line.ts';
import { Repeats } from './repeats.ts';

const line = (node: string, kind: FeedLine['kind'] = 'member_added'): FeedLine => ({ time: 't', node, kind, channel: 'presence-a', user_id: '1' });

it('finds what another node has told already', () => {
  const repeats = new Repeats();
  const told = ['a', 'b', 'c'].map((node) => repeats.isRepeat(line(node), 0));
  expect(told).toEqual([false, true, true]);
});

it('takes what one node tells twice for two facts', () => {
  const repeats = new Repeats();
  const told = ['a', 'a', 'b', 'b', 'b'].map((node) => repeats.isRepeat(line(node), 0));
  expect(told).toEqual([false, false, true, true, false]);
});

it('forgets after a while, so that a node that heard nothing before is heard', () => {
  const repeats = new Repeats();
  expect(repeats.isRepeat(line('a'), 0)).toBe(false);
  expect(repeats.isRepeat(line('b'), 2500)).toBe(false);
});

it('leaves alone what only one node can tell', () => {
  const repeats = new Repeats();
  expect(['a', 'b'].map((node) => repeats.isRepeat(line(node, 'subscribed'), 0))).toEqual([false, false]);
});
