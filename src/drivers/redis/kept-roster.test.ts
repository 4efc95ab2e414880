import { describe, expect, it } from 'vitest';
import { KeptRoster } from './kept-roster.ts';
import type { RosterChange } from './transition.ts';

function added(before: number, userId: string, userInfo = 'null'): RosterChange {
  return { type: 'member_added', channel: 'app/presence-a', before, member: { userId, userInfo } };
}

function removed(before: number, userId: string): RosterChange {
  return { type: 'member_removed', channel: 'app/presence-a', before, userId };
}

function read(sequence: number, version: number, ...users: readonly string[]): Parameters<KeptRoster['adopt']>[0] {
  return { sequence, version, members: new Map(users.map((userId) => [userId, 'null'])) };
}

describe('a kept roster', () => {
  it('follows the chain of changes, several of one message among them', () => {
    const kept = new KeptRoster();
    kept.adopt(read(10, 8, 'a'), false);
    expect(kept.apply(11, added(8, 'b'))).toBe('changed');
    expect(kept.apply(11, added(11, 'c'))).toBe('changed');
    expect(kept.apply(14, removed(11, 'a'))).toBe('changed');
    expect(kept.roster.userIds()).toEqual(['b', 'c']);
    expect(kept.version).toBe(14);
  });

  it('ignores changes that it was read with', () => {
    const kept = new KeptRoster();
    kept.adopt(read(10, 8, 'a', 'b'), false);
    expect(kept.apply(7, added(3, 'a'))).toBe('unchanged');
    expect(kept.apply(8, removed(7, 'c'))).toBe('unchanged');
    expect(kept.apply(8, removed(8, 'b'))).toBe('unchanged');
    expect(kept.roster.userIds()).toEqual(['a', 'b']);
    expect(kept.apply(12, removed(8, 'b'))).toBe('changed');
  });

  it('believes nothing after a change that it did not hear of, until it is read again', () => {
    const kept = new KeptRoster();
    kept.adopt(read(10, 8, 'a'), false);
    expect(kept.apply(13, added(12, 'b'))).toBe('stale');
    expect(kept.apply(14, removed(13, 'a'))).toBe('unchanged');
    expect(kept.roster.userIds()).toEqual(['a']);
    expect(kept.adopt(read(14, 14, 'b', 'c'), false)).toEqual({
      added: [
        { userId: 'b', userInfo: 'null' },
        { userId: 'c', userInfo: 'null' },
      ],
      removed: ['a'],
    });
    expect(kept.apply(15, removed(14, 'c'))).toBe('changed');
  });

  it('keeps who is missing while that is doubtful', () => {
    const kept = new KeptRoster();
    kept.adopt(read(10, 8, 'a', 'b', 'c'), false);
    expect(kept.adopt(read(3, 2, 'a', 'd'), true)).toEqual({ added: [{ userId: 'd', userInfo: 'null' }], removed: [] });
    expect([...kept.doubtful]).toEqual(['b', 'c']);
    expect(kept.apply(4, added(2, 'b'))).toBe('unchanged'); // brought back by its node
    expect([...kept.doubtful]).toEqual(['c']);
    expect(kept.adopt(read(5, 4, 'a', 'b', 'd'), false)).toEqual({ added: [], removed: ['c'] });
  });

  it('shows newcomers another user_info without telling anybody', () => {
    const kept = new KeptRoster();
    kept.adopt(read(10, 8, 'a'), false);
    expect(kept.adopt({ sequence: 11, version: 11, members: new Map([['a', '{"n":1}']]) }, false)).toEqual({ added: [], removed: [] });
    expect(kept.roster.presence).toContain('n');
  });
});
