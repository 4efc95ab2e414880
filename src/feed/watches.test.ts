import { expect, it } from 'vitest';
import { Events } from '../core/events.ts';
import { type FeedKind, feedKinds } from './kinds.ts';
import { type FeedEvent, Watches } from './watches.ts';

const at = { appId: '1', socketId: '1.1' } as const;

function watch(...kinds: readonly FeedKind[]) {
  const offered: FeedEvent[] = [];
  return { kinds: new Set(kinds), offered, offer: (event: FeedEvent) => void offered.push(event) };
}

it('listens to nothing that nobody wants, so that nobody builds it', () => {
  const events = new Events(() => {});
  const watches = new Watches(events);
  const heard = () => feedKinds.filter((kind) => events.has(kind));
  expect(heard()).toEqual([]);
  const [one, other] = [watch('triggered', 'connected'), watch('connected')];
  watches.add(one);
  watches.add(other);
  expect(heard()).toEqual(['connected', 'triggered']);
  watches.remove(one);
  expect(heard()).toEqual(['connected']);
  watches.remove(other);
  expect(heard()).toEqual([]);
});

it('hands an event to each who wants its kind, once', () => {
  const events = new Events(() => {});
  const watches = new Watches(events);
  const [one, other] = [watch('signed_in', 'connected'), watch('connected')];
  for (const each of [one, other]) watches.add(each);
  events.emit({ type: 'connected', ...at });
  events.emit({ type: 'signed_in', ...at, userId: 'u' });
  expect(one.offered.map(({ type }) => type)).toEqual(['connected', 'signed_in']);
  expect(other.offered.map(({ type }) => type)).toEqual(['connected']);
});
