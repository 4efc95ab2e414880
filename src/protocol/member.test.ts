import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyText } from '../testing/any-text.ts';
import { assertProperty } from '../testing/assert-property.ts';
import { defaultAppLimits } from './limits.ts';
import { parseMember } from './member.ts';

function parse(channelData: string) {
  return parseMember(channelData, defaultAppLimits);
}

describe('channel_data', () => {
  it.each([
    ['{"user_id":"a"}', { userId: 'a', userInfo: 'null' }],
    ['{"user_id":1}', { userId: '1', userInfo: 'null' }],
    ['{"user_id":"1"}', { userId: '1', userInfo: 'null' }],
    ['{"user_id":10,"user_info":{"name":"Mr. Pusher"}}', { userId: '10', userInfo: '{"name":"Mr. Pusher"}' }],
    ['{"user_id":0}', { userId: '0', userInfo: 'null' }],
    ['{"user_id":9007199254740991}', { userId: '9007199254740991', userInfo: 'null' }],
    ['{"user_id":1.0}', { userId: '1', userInfo: 'null' }],
    ['{"user_id":"__proto__","user_info":null}', { userId: '__proto__', userInfo: 'null' }],
    ['{"user_id":"a","user_info":"text"}', { userId: 'a', userInfo: '"text"' }],
    ['{"user_id":"a","user_info":[1,false]}', { userId: 'a', userInfo: '[1,false]' }],
    ['{"user_id":"a","user_info":{"__proto__":1}}', { userId: 'a', userInfo: '{"__proto__":1}' }],
    ['{"user_id":"😀 \\u0000\\""}', { userId: '😀 \u0000"', userInfo: 'null' }],
  ])('%s names a member', (channelData, member) => {
    expect(parse(channelData)).toEqual(member);
  });

  it.each([
    '',
    'x',
    '{',
    'null',
    '1',
    '"a"',
    '[]',
    '[{"user_id":"a"}]',
    '{}',
    '{"user_id":null}',
    '{"user_id":""}',
    '{"user_id":true}',
    '{"user_id":[]}',
    '{"user_id":["a"]}',
    '{"user_id":{}}',
    '{"user_id":{"toString":"a"}}',
    '{"User_id":"a"}',
    '{"__proto__":{"user_id":"a"}}',
    '{"user_id":"a\\ud800"}',
    '{"user_id":"\\udc00b"}',
    '{"user_id":-1.5}',
    '{"user_id":9007199254740993}', // the next number would be the same user
    '{"user_id":1e999}',
    '{"user_id":-1e999}',
  ])('%s is refused with a reason', (channelData) => {
    expect(parse(channelData)).toEqual(expect.stringMatching(/\S/));
  });

  it('bounds the user id in characters', () => {
    expect(parse(JSON.stringify({ user_id: 'x'.repeat(128) }))).toMatchObject({ userId: 'x'.repeat(128) });
    expect(parse(JSON.stringify({ user_id: 'x'.repeat(129) }))).toBe('channel_data.user_id is longer than 128 characters');
  });

  it('bounds user_info in bytes of UTF-8', () => {
    expect(parse(JSON.stringify({ user_id: 'a', user_info: 'é'.repeat(511) }))).toMatchObject({ userId: 'a' });
    expect(parse(JSON.stringify({ user_id: 'a', user_info: 'é'.repeat(512) }))).toBe('user_info is larger than 1024 bytes');
  });

  it('has no bounds where the limits are infinite', () => {
    const limits = { userIdCharacters: Number.POSITIVE_INFINITY, userInfoBytes: Number.POSITIVE_INFINITY };
    expect(parseMember(JSON.stringify({ user_id: 'x'.repeat(5000), user_info: 'y'.repeat(5000) }), limits)).toMatchObject({
      userId: 'x'.repeat(5000),
    });
  });

  it.each([1000, 30_000])('is refused, without a throw, when user_info is nested %i deep', (depth) => {
    expect(parse(`{"user_id":"a","user_info":${'['.repeat(depth)}${']'.repeat(depth)}}`)).toEqual(expect.stringMatching(/\S/));
  });

  it('never makes the parser throw, whatever the text', () => {
    const nearly = fc.record({ user_id: fc.jsonValue(), user_info: fc.jsonValue() }, { requiredKeys: [], noNullPrototype: true });
    assertProperty(
      fc.property(anyText(nearly), (text) => {
        const parsed = parse(text);
        if (typeof parsed === 'string') return;
        expect(parsed.userId).toBe(String((JSON.parse(text) as { user_id: unknown }).user_id));
        expect(() => JSON.parse(parsed.userInfo)).not.toThrow();
      }),
      1000,
    );
  });

  it('gives back the id and the info that were put in', () => {
    const unbounded = { userIdCharacters: Number.POSITIVE_INFINITY, userInfoBytes: Number.POSITIVE_INFINITY };
    assertProperty(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), fc.jsonValue(), (user_id, user_info) => {
        const parsed = parseMember(JSON.stringify({ user_id, user_info }), unbounded);
        expect(parsed).toEqual({ userId: user_id, userInfo: JSON.stringify(user_info) });
      }),
    );
  });
});
