import { expect, it } from 'vitest';
import type { Roster } from '../core/roster.ts';
import { alice, bob, describeAnnouncement, idsOf, presence, type RegistryNode, readRoster } from './registry-node.ts';

/** The part of the registry's contract that is about members. `start` starts a node that shares nothing with an earlier one. */
export function describeSeats(start: () => Promise<RegistryNode>): void {
  it('resolves with a roster that holds the member, and announces a new one', async () => {
    const { registry, announcements, settle } = await start();
    expect(idsOf(await registry.take(presence, alice, 10))).toEqual(['alice']);
    expect(idsOf(await registry.take(presence, bob, 10))).toEqual(['alice', 'bob']);
    await settle();
    expect(announcements).toEqual([
      { type: 'member_added', address: expect.objectContaining({ appId: 'app' }), member: alice },
      { type: 'member_added', address: expect.objectContaining({ appId: 'app' }), member: bob },
    ]);
  });

  it('keeps the first user_info of a member, and announces a seat once', async () => {
    const { registry, announcements, settle } = await start();
    await registry.take(presence, alice, 10);
    const roster = await registry.take(presence, { userId: 'alice', userInfo: '"another"' }, 10);
    await settle();
    expect(readRoster(roster)).toEqual({ ids: ['alice'], hash: { alice: { name: 'Alice' } }, count: 1 });
    expect(announcements).toHaveLength(1);
  });

  it('answers with one roster that lives: whoever comes and goes later is seen in it', async () => {
    const { registry, settle } = await start();
    const roster = await registry.take(presence, alice, 10);
    await registry.take(presence, bob, 10);
    expect(idsOf(roster)).toEqual(['alice', 'bob']);
    registry.leave(presence, 'bob');
    await settle();
    expect(idsOf(roster)).toEqual(['alice']);
  });

  it('refuses a new member above the limit, not one who is there, and announces nobody', async () => {
    const { registry, announcements, settle } = await start();
    await registry.take(presence, alice, 1);
    expect(await registry.take(presence, bob, 1)).toBe('full');
    expect(idsOf(await registry.take(presence, alice, 1))).toEqual(['alice']);
    await settle();
    expect(announcements).toHaveLength(1);
    registry.leave(presence, 'alice');
    expect(idsOf(await registry.take(presence, bob, 1))).toEqual(['bob']);
  });

  it('gives the last seat to one of those who ask for it at once', async () => {
    const { registry } = await start();
    const answers = await Promise.all(['a', 'b', 'c', 'd'].map((userId) => registry.take(presence, { userId, userInfo: 'null' }, 2)));
    expect(answers.filter((answer) => answer === 'full')).toHaveLength(2);
    expect(await registry.users(presence)).toHaveLength(2);
  });

  it('announces that a member has left, once', async () => {
    const { registry, announcements, settle } = await start();
    await registry.take(presence, alice, 10);
    registry.leave(presence, 'alice');
    registry.leave(presence, 'alice');
    registry.leave(presence, 'nobody');
    await settle();
    expect(announcements.map(describeAnnouncement)).toEqual(['member_added presence-room alice', 'member_removed presence-room alice']);
  });

  it('undoes a take that is still under way', async () => {
    const { registry, announcements, settle } = await start();
    const taken = registry.take(presence, alice, 10);
    registry.leave(presence, 'alice');
    await taken;
    await settle();
    expect(await registry.users(presence)).toEqual([]);
    expect(announcements.filter(({ type }) => type === 'member_added')).toHaveLength(
      announcements.filter(({ type }) => type === 'member_removed').length,
    );
  });

  it('keeps the order of what one node wishes: a member who left and came back is there', async () => {
    const { registry, settle } = await start();
    await registry.take(presence, alice, 10);
    registry.leave(presence, 'alice');
    const roster = await registry.take(presence, alice, 10);
    await settle();
    expect(idsOf(roster)).toEqual(['alice']);
    expect(await registry.users(presence)).toEqual(['alice']);
  });

  it('knows users by their exact id', async () => {
    const { registry } = await start();
    const ids = ['__proto__', 'constructor', 'a b', 'A', 'a', '1', '01', 'é', 'e\u0301', '"', '\\', '\u0000', '{x}:y', '😀'];
    let roster: Roster | 'full' = 'full';
    for (const userId of ids) roster = await registry.take(presence, { userId, userInfo: JSON.stringify(userId) }, 100);
    expect(idsOf(roster)).toEqual(ids);
    expect([...(await registry.users(presence))].sort()).toEqual([...ids].sort());
    expect(new Map(Object.entries((readRoster(roster) as { hash: object }).hash))).toEqual(new Map(ids.map((id) => [id, id])));
  });
}
