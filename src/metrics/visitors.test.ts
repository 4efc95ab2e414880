import { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { Visitors } from './visitors.ts';

function admit(visitors: Visitors): Socket {
  const socket = new Socket();
  visitors.admit(socket);
  return socket;
}

it('sends away whoever has said nothing for longest, and nobody who is owed an answer', () => {
  const visitors = new Visitors(2);
  const [first, second] = [admit(visitors), admit(visitors)];
  expect(visitors.ask(first)).toBe(true);
  const third = admit(visitors);
  expect([first, second, third].map(({ destroyed }) => destroyed)).toEqual([false, true, false]);
});

it('sends away the newest when all others are owed an answer', () => {
  const visitors = new Visitors(1);
  const first = admit(visitors);
  visitors.ask(first);
  expect(admit(visitors).destroyed).toBe(true);
  expect(first.destroyed).toBe(false);
});

it('ends a connection that asks again before it has taken its answer', () => {
  const visitors = new Visitors(2);
  const socket = admit(visitors);
  expect(visitors.ask(socket)).toBe(true);
  visitors.release(socket);
  expect(visitors.ask(socket)).toBe(true);
  expect(visitors.ask(socket)).toBe(false);
  expect(socket.destroyed).toBe(true);
});
