import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyText } from '../testing/any-text.ts';
import { assertProperty } from '../testing/assert-property.ts';
import { defaultAppLimits } from './limits.ts';
import { parseUserData } from './user-data.ts';

function parse(userData: string) {
  return parseUserData(userData, defaultAppLimits);
}

describe('user_data', () => {
  it.each([
    ['{"id":"1"}', { member: { userId: '1', userInfo: 'null' }, watchlist: [] }],
    ['{"id":"1","user_info":{"name":"n"}}', { member: { userId: '1', userInfo: '{"name":"n"}' }, watchlist: [] }],
    ['{"id":"1","watchlist":["b","a","b"]}', { member: { userId: '1', userInfo: 'null' }, watchlist: ['b', 'a'] }],
    ['{"id":"__proto__","watchlist":["__proto__",""]}', { member: { userId: '__proto__', userInfo: 'null' }, watchlist: ['__proto__', ''] }],
  ])('%s is read', (userData, user) => {
    expect(parse(userData)).toEqual(user);
  });

  it.each([
    '',
    'null',
    '[]',
    '"1"',
    '{}',
    '{"id":1}', // clients need a string back
    '{"id":""}',
    '{"id":null}',
    '{"user_id":"1"}',
    '{"__proto__":{"id":"1"}}',
    '{"id":"\\ud800"}',
    '{"id":"1","watchlist":"a"}',
    '{"id":"1","watchlist":null}',
    '{"id":"1","watchlist":[1]}',
    '{"id":"1","watchlist":[null]}',
    '{"id":"1","watchlist":{"length":0}}',
  ])('%s is refused with a reason', (userData) => {
    expect(parse(userData)).toEqual(expect.stringMatching(/\S/));
  });

  it('has the bounds of a member', () => {
    expect(parse(JSON.stringify({ id: 'x'.repeat(129) }))).toBe('user_data.id is longer than 128 characters');
    expect(parse(JSON.stringify({ id: 'x', user_info: 'y'.repeat(1023) }))).toBe('user_info is larger than 1024 bytes');
    expect(parse(`{"id":"a","user_info":${'['.repeat(30_000)}${']'.repeat(30_000)}}`)).toEqual(expect.stringMatching(/\S/));
  });

  it('never makes the parser throw, whatever the text', () => {
    const nearly = fc.record(
      {
        id: fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue()),
        user_info: fc.jsonValue(),
        watchlist: fc.oneof(fc.array(fc.string()), fc.jsonValue()),
      },
      { requiredKeys: [], noNullPrototype: true },
    );
    assertProperty(
      fc.property(anyText(nearly), (text) => {
        const parsed = parse(text);
        if (typeof parsed === 'string') return;
        expect(parsed.member.userId).not.toBe('');
        expect(new Set(parsed.watchlist).size).toBe(parsed.watchlist.length);
      }),
      1000,
    );
  });
});
