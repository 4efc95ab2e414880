import { describe, expect, it } from 'vitest';
import type { ServerEvent } from '../core/events.ts';
import { testApp } from '../testing/test-app.ts';
import { type FeedFilter, isWanted, parseFilter } from './filter.ts';

const app = testApp();

function filter(wishes: Parameters<typeof parseFilter>[0]): FeedFilter {
  const parsed = parseFilter(wishes);
  if ('status' in parsed) throw new Error(parsed.error);
  return parsed;
}

function triggered(channels: readonly string[], event = 'e', appId = app.id): ServerEvent {
  return { type: 'triggered', appId, channels, event, data: '{}' };
}

describe('a filter', () => {
  it.each([
    ['room', 'room', true],
    ['room', 'room-1', false],
    ['room-*', 'room-', true],
    ['*-1', 'room-1', true],
    ['a*a', 'a', false],
    ['a*b*c', 'axbxc', true],
    ['a*b*c', 'acb', false],
    ['*', '', true],
    ['room.1', 'roomx1', false],
  ])('finds with %j that %j is wanted: %j', (pattern, name, isExpected) => {
    expect(isWanted(filter({ channel: pattern }), app, triggered([name]))).toBe(isExpected);
    expect(isWanted(filter({ event: pattern }), app, triggered(['c'], name))).toBe(isExpected);
  });

  it('takes no longer for a pattern that is made to be slow', () => {
    const wanted = filter({ channel: '*a'.repeat(99) });
    const begin = performance.now();
    expect(isWanted(wanted, app, triggered([`${'a'.repeat(98)}b`]))).toBe(false);
    expect(performance.now() - begin).toBeLessThan(1000);
  });

  it('leaves out what has no channel, and no event, when one is asked for', () => {
    const connected: ServerEvent = { type: 'connected', appId: app.id, socketId: '1.1' };
    expect(isWanted(filter({}), app, connected)).toBe(true);
    expect(isWanted(filter({ channel: '*' }), app, connected)).toBe(false);
    expect(isWanted(filter({ event: '*' }), app, connected)).toBe(false);
  });

  it('wants an event on several channels for any of them', () => {
    expect(isWanted(filter({ channel: 'b' }), app, triggered(['a', 'b']))).toBe(true);
  });

  it('knows the app of refusals by its key and by the path', () => {
    const refused = (key: string): ServerEvent => ({ type: 'connection_refused', key, kind: 'UNKNOWN_APP', code: 4001, reason: 'r' });
    const request = (path: string): ServerEvent => ({ type: 'request_refused', method: 'GET', path, status: 404, reason: 'r', requestId: 'r' });
    expect(isWanted(filter({}), app, refused(app.keys[0]?.key ?? ''))).toBe(true);
    expect(isWanted(filter({}), app, refused('other'))).toBe(false);
    expect(isWanted(filter({}), app, request(`/ws/apps/${app.id}/events`))).toBe(true);
    expect(isWanted(filter({}), app, request(`/apps/${app.id}2/events`))).toBe(false);
    expect(isWanted(filter({}), app, triggered(['a'], 'e', 'other'))).toBe(false);
  });
});
