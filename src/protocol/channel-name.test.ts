import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertProperty } from '../testing/assert-property.ts';
import { type ChannelKind, parseChannelName, serverToUserChannel, userOf } from './channel-name.ts';

type Row = readonly [name: string, kind: ChannelKind, isCache: boolean, needsAuth: boolean];

const kinds: readonly Row[] = [
  ['room', 'public', false, false],
  ['cache-room', 'public', true, false],
  ['private-room', 'private', false, true],
  ['private-cache-room', 'private', true, true],
  ['private-encrypted-room', 'private-encrypted', false, true],
  ['private-encrypted-cache-room', 'private-encrypted', true, true],
  ['presence-room', 'presence', false, true],
  ['presence-cache-room', 'presence', true, true],
  ['private-App.Models.User.1', 'private', false, true],
  // A prefix counts at the start only, in lower case, dash included.
  ['my-private-x', 'public', false, false],
  ['my-presence-x', 'public', false, false],
  ['foo-cache-x', 'public', false, false],
  ['private', 'public', false, false],
  ['privateroom', 'public', false, false],
  ['presence', 'public', false, false],
  ['presenceroom', 'public', false, false],
  ['cache', 'public', false, false],
  ['cacheroom', 'public', false, false],
  ['Private-room', 'public', false, false],
  ['PRESENCE-room', 'public', false, false],
  ['Cache-room', 'public', false, false],
  ['private-encryptedroom', 'private', false, true],
  ['private-my-cache-room', 'private', false, true],
  ['private-presence-room', 'private', false, true],
  ['presence-private-room', 'presence', false, true],
  ['presence-private-cache-room', 'presence', false, true],
  ['cache-private-room', 'public', true, false],
  ['private-cache-encrypted-room', 'private', true, true],
  ['private-', 'private', false, true],
  ['presence-', 'presence', false, true],
  ['private-encrypted-', 'private-encrypted', false, true],
  ['cache-', 'public', true, false],
  ['private-cache', 'private', false, true],
  // The object's own members are names like any other.
  ['__proto__', 'public', false, false],
  ['constructor', 'public', false, false],
  ['presence-__proto__', 'presence', false, true],
];

const forbidden = [
  '',
  ' ',
  'a b',
  'a\n',
  '\na',
  'a\u0000',
  'a/b',
  'a:b',
  'a#b',
  '#room',
  '#private-room',
  '#server-to-user',
  ' #server-to-user-1',
  'a"b',
  'a\\b',
  'a*b',
  'é',
  'a\u0301',
  '\ud800',
  '😀',
  '\u202eroom',
  'private-a\u200b',
];

describe('a channel name', () => {
  it.each(kinds)('%s is of the kind %s, cache: %s, signed: %s', (name, kind, isCache, needsAuth) => {
    expect(parseChannelName(name, 200)).toEqual({ name, kind, isCache, needsAuth });
  });

  it.each(forbidden)('is refused: %j', (name) => {
    expect(parseChannelName(name, 200)).toBeUndefined();
  });

  it('may hold every character that is allowed', () => {
    const name = 'abcxyzABCXYZ0189_-=@,.;';
    expect(parseChannelName(name, 200)).toEqual({ name, kind: 'public', isCache: false, needsAuth: false });
  });

  it('may be as long as the limit and no longer, prefix included', () => {
    const longest = `presence-${'x'.repeat(191)}`;
    expect(parseChannelName(longest, 200)).toMatchObject({ name: longest });
    expect(parseChannelName(`${longest}x`, 200)).toBeUndefined();
  });

  it('never throws, and keeps the name and the prefix rules for any text', () => {
    assertProperty(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.constantFrom('private-', 'presence-', 'cache-', '#server-to-user-')),
        (text) => {
          const parsed = parseChannelName(text, 200);
          if (parsed === undefined) return;
          expect(parsed.name).toBe(text);
          expect(parsed.kind === 'presence').toBe(text.startsWith('presence-'));
          expect(parsed.needsAuth).toBe(/^(private-|presence-|#server-to-user-)/.test(text));
          expect(parsed.isCache).toBe(/^((private-(encrypted-)?|presence-)?cache-)/.test(text));
        },
      ),
    );
  });

  it('is accepted exactly when its characters and its length are', () => {
    const anyAscii = fc.string({ unit: 'binary-ascii', maxLength: 12 });
    assertProperty(
      fc.property(anyAscii, (text) => {
        fc.pre(!text.startsWith('#server-to-user-'));
        expect(parseChannelName(text, 10) !== undefined).toBe(text.length > 0 && text.length <= 10 && /^[A-Za-z0-9_\-=@,.;]*$/.test(text));
      }),
    );
  });
});

describe('the channel of a user', () => {
  it.each(['1', 'a b', 'user@example.com', 'auth0|5f7', '#server-to-user-1', '__proto__', 'ü😀', '-'])(
    'has a kind of its own and names the user %j',
    (userId) => {
      const channel = parseChannelName(`#server-to-user-${userId}`, 200);
      expect(channel).toEqual({ name: `#server-to-user-${userId}`, kind: 'server-to-user', isCache: false, needsAuth: true });
      expect(channel).toEqual(serverToUserChannel(userId));
      expect(channel === undefined ? undefined : userOf(channel)).toBe(userId);
    },
  );

  it('needs a user', () => {
    expect(parseChannelName('#server-to-user-', 200)).toBeUndefined();
  });

  it('is bounded', () => {
    expect(parseChannelName(`#server-to-user-${'x'.repeat(200)}`, 200)).toBeDefined();
    expect(parseChannelName(`#server-to-user-${'x'.repeat(201)}`, 200)).toBeUndefined();
  });

  it('never caches, whatever the user is called', () => {
    expect(parseChannelName('#server-to-user-cache-x', 200)).toMatchObject({ isCache: false });
  });
});
