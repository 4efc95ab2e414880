import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertProperty } from '../testing/assert-property.ts';
import { type ChannelPattern, matchesPattern, maxPatternCharacters, parseGlob, parsePolicy } from './channel-pattern.ts';
import { type Claims, claimValues } from './claim-values.ts';

function policy(text: string): ChannelPattern {
  const pattern = parsePolicy(text);
  if (typeof pattern === 'string') throw new Error(pattern);
  return pattern;
}

function matches(text: string, channel: string, claims: Claims = {}): boolean {
  return matchesPattern(policy(text), channel, (claim) => claimValues(claims, claim));
}

describe('a policy', () => {
  it.each<[string, string, Claims]>([
    ['private-room', 'private-room', {}],
    ['private-*', 'private-', {}],
    ['private-*', 'private-anything', {}],
    ['private-*.chat.*', 'private-a.chat.chat.b', {}],
    ['private-a*a', 'private-aa', {}],
    ['*', 'presence-x', {}],
    ['private-App.Models.User.{sub}', 'private-App.Models.User.1', { sub: '1' }],
    ['private-App.Models.User.{sub}', 'private-App.Models.User.ann@example.com', { sub: 'ann@example.com' }],
    ['presence-team.{team_id}.*', 'presence-team.7.lobby', { team_id: 7 }],
    ['presence-team.{teams}', 'presence-team.2', { teams: [1, '2', 3] }],
    ['private-{a}.{b}', 'private-x.y.z', { a: 'x', b: 'y.z' }],
    ['private-{https://example.com/team}-x', 'private-7-x', { 'https://example.com/team': 7 }],
    ['private-{sub}', 'private-encrypted', { sub: 'encrypted' }],
    ['private-encrypted-{sub}', 'private-encrypted-1', { sub: 1 }],
    ['private-u.{__proto__}', 'private-u.1', JSON.parse('{"__proto__":"1"}')],
  ])('%s means %s with %j', (text, channel, claims) => {
    expect(matches(text, channel, claims)).toBe(true);
  });

  it.each<[string, string, Claims]>([
    ['private-room', 'private-rooms', {}],
    ['private-room', 'my-private-room', {}],
    ['private-*.chat', 'private-chat', {}],
    ['private-a*a', 'private-a', {}],
    ['private-App.Models.User.{sub}', 'private-App.Models.User.2', { sub: '1' }],
    ['private-App.Models.User.{sub}', 'private-App.Models.User.', {}],
    ['private-App.Models.User.{sub}', 'private-App.Models.User.', { sub: '' }],
    ['private-App.Models.User.{sub}', 'private-App.Models.User.undefined', {}],
    ['private-App.Models.User.{toString}', 'private-App.Models.User.function', {}],
    ['private-App.Models.User.{sub}', 'private-App.Models.User.22', { sub: '*' }],
    ['private-App.Models.User.{sub}', 'private-App.Models.User.9', { sub: '{id}', id: '9' }],
    ['presence-team.{team_id}.*', 'presence-team.1.secret.x', { team_id: '1.secret' }],
    ['presence-team.{team_id}.*', 'presence-team.1', { team_id: '1' }],
    ['presence-team.{team_id}.*', 'presence-team.12.x', { team_id: 1 }],
    ['presence-team.{team_id}.*', 'presence-team..x', { team_id: '' }],
    ['private-{sub}', 'private-encrypted-vault', { sub: 'encrypted-vault' }],
    ['private-{sub}-x', 'private-encrypted-x', { sub: 'encrypted' }],
    ['private-{sub}', 'private-cache-x', { sub: 'cache-x' }],
    ['priv{sub}', 'private-x', { sub: 'ate-x' }],
    ['private-x.{v}', 'private-x.true', { v: true }],
    ['private-x.{v}', 'private-x.null', { v: null }],
    ['private-x.{v}', 'private-x.1.5', { v: 1.5 }],
    ['private-x.{v}', 'private-x.9007199254740992', { v: 2 ** 53 }],
    ['private-x.{v}', 'private-x.[object Object]', { v: {} }],
    ['private-x.{v}', 'private-x.1,2', { v: [1, 2] }],
    ['private-x.{v}', 'private-x.1', { v: [[1]] }],
    ['private-x.{v}', 'private-x.1', { v: Array.from({ length: 1001 }, (_, index) => index) }],
  ])('%s does not mean %s with %j', (text, channel, claims) => {
    expect(matches(text, channel, claims)).toBe(false);
  });

  it.each([
    ['', 'must not be empty'],
    ['x'.repeat(maxPatternCharacters + 1), 'is longer'],
    ['private room', 'has characters'],
    ['private-{sub', 'has characters'],
    ['private-sub}', 'has characters'],
    ['private-{{sub}}', 'has characters'],
    ['private-{}', 'without the name'],
    ['private-{sub}*', 'has nothing between'],
    ['private-{a}{b}', 'has nothing between'],
    ['private-*.{sub}', 'behind a *'],
    ['{sub}', 'begins with a placeholder'],
    ['{kind}-room', 'begins with a placeholder'],
  ])('%s is refused', (text, why) => {
    expect(parsePolicy(text)).toContain(why);
  });

  it('takes the braces of a token for what they are', () => {
    const glob = parseGlob('private-{sub}.*');
    expect(matchesPattern(glob, 'private-1.x', () => new Set(['1']))).toBe(false);
    expect(matchesPattern(glob, 'private-{sub}.x', () => new Set())).toBe(true);
  });

  it('never takes a channel of one value for one of another', () => {
    const word = fc.stringMatching(/^[a-c.*{}-]{0,6}$/);
    const literal = fc.stringMatching(/^[a-c.-]{1,3}$/);
    const tail = fc.constantFrom('', '.*', '-*', '.*.c', '-*a*');
    assertProperty(
      fc.property(literal, tail, word, word, fc.stringMatching(/^[a-c.*-]{0,8}$/), (front, back, one, other, rest) => {
        fc.pre(one !== other);
        for (const channel of [`${front}${one}${back.replaceAll('*', rest)}`, `${front}${one}${rest}`, `${front}${rest}`]) {
          const pattern = `${front}{v}${back}`;
          if (matches(pattern, channel, { v: one })) expect(matches(pattern, channel, { v: other })).toBe(false);
        }
      }),
      2000,
    );
  });

  it('means no more than with a * in place of the claim, whatever the claim holds', () => {
    const texts = fc.constantFrom('private-{v}', 'private-{v}.*', 'private-x.{v}-{w}', 'private-{v}.a*b');
    const value = fc.oneof(fc.string(), fc.stringMatching(/^[ab.*{}-]{0,6}$/), fc.array(fc.string()), fc.jsonValue());
    assertProperty(
      fc.property(texts, value, value, fc.stringMatching(/^[abx.*-]{0,10}$/), (text, v, w, rest) => {
        const channel = `private-${rest}`;
        if (matches(text, channel, { v, w })) expect(matches(text.replaceAll(/\{.\}/g, '*'), channel)).toBe(true);
      }),
      2000,
    );
  });

  it('agrees with a regular expression about its wildcards', () => {
    const text = fc.stringMatching(/^[ab*]{1,8}$/);
    assertProperty(
      fc.property(text, fc.stringMatching(/^[ab]{0,10}$/), (pattern, channel) => {
        expect(matches(pattern, channel)).toBe(new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(channel));
      }),
      2000,
    );
  });
});
