import { describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { identity } from '../testing/fake-tokens.ts';
import type { Revocation } from './revocation.ts';
import { RevocationList } from './revocation-list.ts';

const start = 1_700_000_000_000;
const ofUser = (userId: string, issuedUntil = start, endsAt = start + 60_000): Revocation => ({
  type: 'user',
  appId: 'app',
  userId,
  issuedUntil,
  endsAt,
});
const ofToken = (tokenId: string, endsAt = start + 60_000): Revocation => ({ type: 'token', appId: 'app', tokenId, endsAt });

describe('what a node knows to be revoked', () => {
  it('are the tokens that a user was issued up to a moment', () => {
    const list = new RevocationList(new FakeClock());
    expect(list.add(ofUser('u'))).toBe(true);
    expect(list.has('app', identity('u', { issuedAt: start }))).toBe(true);
    expect(list.has('app', identity('u', { issuedAt: 0 }))).toBe(true);
    expect(list.has('app', identity('u', { issuedAt: start + 1 }))).toBe(false);
    expect(list.has('app', identity('v'))).toBe(false);
    expect(list.has('other', identity('u'))).toBe(false);
  });

  it('are single tokens', () => {
    const list = new RevocationList(new FakeClock());
    list.add(ofToken('t'));
    expect(list.has('app', identity('u', { tokenId: 't' }))).toBe(true);
    expect(list.has('app', identity('u', { tokenId: 'x' }))).toBe(false);
    expect(list.has('app', identity('u'))).toBe(false);
  });

  it('says whether something is new, and takes nothing back', () => {
    const list = new RevocationList(new FakeClock());
    expect(
      [ofUser('u'), ofUser('u'), ofUser('u', start - 1), ofUser('u', start + 1), ofToken('t'), ofToken('t'), ofToken('t', start + 1)].map((one) =>
        list.add(one),
      ),
    ).toEqual([true, false, false, true, true, false, false]);
    expect([...list.all()]).toEqual([ofUser('u', start + 1), ofToken('t')]);
  });

  it('ends by itself, and the memory for it', async () => {
    const clock = new FakeClock();
    const list = new RevocationList(clock);
    for (const one of [ofUser('u'), ofToken('t')]) list.add(one);
    await clock.advance(60_000);
    expect(list.has('app', identity('u', { tokenId: 't' }))).toBe(false);
    expect(list.add(ofUser('u'))).toBe(false);
    for (let second = 0; second < 60; second += 1) list.tick();
    expect([...list.all()]).toEqual([]);
  });

  it('may be revoked again, and for longer, however much there is', () => {
    const list = new RevocationList(new FakeClock(), 2);
    for (const one of [ofUser('u'), ofToken('t')]) list.add(one);
    const again = [ofUser('u', start + 1), ofToken('t', start + 90_000)];
    expect(again.map((one) => list.hasRoom(one))).toEqual([true, true]);
    expect(again.map((one) => list.add(one))).toEqual([true, true]);
    expect(list.has('app', identity('u', { issuedAt: start + 1 }))).toBe(true);
  });

  it('holds what several nodes have revoked at once, a tenth beyond the most', () => {
    const list = new RevocationList(new FakeClock(), 10);
    const added = Array.from({ length: 12 }, (_, index) => list.add(ofUser(`u${index}`)));
    expect(added.filter((isNew) => isNew)).toHaveLength(11);
    expect(list.hasRoom(ofUser('v'))).toBe(false);
  });

  it('is looked through once a second at most by an app that is full', async () => {
    const clock = new FakeClock();
    const list = new RevocationList(clock, 1);
    list.add(ofToken('a', start + 500));
    await clock.advance(999);
    expect(list.hasRoom(ofToken('b'))).toBe(false);
    await clock.advance(1);
    expect(list.hasRoom(ofToken('b'))).toBe(true);
  });

  it('is never more than the most, for each app alone', async () => {
    const clock = new FakeClock();
    const list = new RevocationList(clock, 2);
    expect([ofUser('a'), ofToken('a', start + 1000), ofUser('b')].map((one) => list.add(one))).toEqual([true, true, false]);
    expect(list.hasRoom(ofUser('b'))).toBe(false);
    expect(list.hasRoom({ ...ofUser('b'), appId: 'other' })).toBe(true);
    await clock.advance(1000);
    expect(list.add(ofUser('b'))).toBe(true);
  });
});
