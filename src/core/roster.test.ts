import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Member } from '../protocol/member.ts';
import { assertProperty } from '../testing/assert-property.ts';
import { Roster } from './roster.ts';

const member = fc.record({
  userId: fc.oneof(fc.constantFrom('a', 'b', '1', '2', '__proto__', '"', '\\'), fc.string({ unit: 'grapheme' })),
  userInfo: fc.oneof(fc.jsonValue(), fc.string({ unit: 'binary' })).map((info) => JSON.stringify(info)),
});

const change = fc.oneof(fc.record({ type: fc.constant('add' as const), member }), fc.record({ type: fc.constant('remove' as const), member }));

/** The plain way to write it. `Object.fromEntries` makes `__proto__` an own key; the ids keep the order, which an object's keys do not. */
function naive(members: ReadonlyMap<string, Member>): { ids: string[]; hash: object; count: number } {
  return {
    ids: [...members.keys()],
    hash: Object.fromEntries([...members.values()].map(({ userId, userInfo }) => [userId, JSON.parse(userInfo) as unknown])),
    count: members.size,
  };
}

/** Puts the escaped text in its place inside a JSON string and reads it as a client does. */
function read(roster: Roster): unknown {
  const text = JSON.parse(`"${roster.presence}"`) as string;
  return (JSON.parse(text) as { presence: unknown }).presence;
}

describe('a roster', () => {
  it('is an empty list and an empty object when nobody is there', () => {
    expect(read(new Roster())).toEqual({ ids: [], hash: {}, count: 0 });
    expect(new Roster().size).toBe(0);
  });

  it('has the exact form of the protocol', () => {
    const roster = new Roster();
    roster.add({ userId: 'a', userInfo: '{"name":"A"}' });
    roster.add({ userId: 'b', userInfo: 'null' });
    expect(JSON.parse(`"${roster.presence}"`)).toBe('{"presence":{"ids":["a","b"],"hash":{"a":{"name":"A"},"b":null},"count":2}}');
  });

  it('keeps the first user_info of a user', () => {
    const roster = new Roster();
    roster.add({ userId: 'a', userInfo: '1' });
    roster.add({ userId: 'a', userInfo: '2' });
    expect(read(roster)).toEqual({ ids: ['a'], hash: { a: 1 }, count: 1 });
  });

  it('says whether a user who leaves was there', () => {
    const roster = new Roster();
    roster.add({ userId: 'a', userInfo: 'null' });
    expect(roster.has('a')).toBe(true);
    expect(roster.remove('a')).toBe(true);
    expect(roster.remove('a')).toBe(false);
    expect(roster.has('a')).toBe(false);
  });

  it('writes what a naive implementation writes, after any adds and removes', () => {
    assertProperty(
      fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
        const roster = new Roster();
        const members = new Map<string, Member>();
        for (const { type, member } of changes) {
          if (type === 'remove') expect(roster.remove(member.userId)).toBe(members.delete(member.userId));
          else {
            roster.add(member);
            if (!members.has(member.userId)) members.set(member.userId, member);
          }
          const expected = naive(members);
          expect(read(roster)).toEqual(expected);
          expect(roster.userIds()).toEqual(expected.ids);
          expect(roster.size).toBe(expected.count);
        }
      }),
      200,
    );
  });
});
