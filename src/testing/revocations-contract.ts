import { afterEach, describe, expect, it } from 'vitest';
import type { Revocation, Revocations } from '../core/revocation.ts';
import type { RevocationList } from '../core/revocation-list.ts';

export interface RevocationsNode {
  readonly revocations: Revocations;
  /** What the node was told. */
  readonly known: RevocationList;
}

export interface RevocationsFixture {
  /** Resolves when the node has started. */
  startNode(): Promise<RevocationsNode>;
  close(): Promise<void>;
}

const hour = 3_600_000;

/** A revocation that has an hour to live. */
export function userRevocation(userId: string, overrides: Partial<Extract<Revocation, { type: 'user' }>> = {}): Revocation {
  return { type: 'user', appId: 'app', userId, issuedUntil: Date.now(), endsAt: Date.now() + hour, ...overrides };
}

/** Resolves when the answer is yes. */
export function soon(question: () => boolean | Promise<boolean>): Promise<void> {
  return expect.poll(question, { timeout: 5000, interval: 5 }).toBe(true);
}

/** What every `Revocations` guarantees. `open` makes a meeting point that shares nothing with an earlier one; `most` nodes can meet there. */
export function describeRevocations(name: string, most: number, open: () => Promise<RevocationsFixture>): void {
  const opened: RevocationsFixture[] = [];

  async function start(): Promise<RevocationsFixture> {
    const fixture = await open();
    opened.push(fixture);
    return fixture;
  }

  async function startNodes({ startNode }: RevocationsFixture, count: number): Promise<readonly RevocationsNode[]> {
    return Promise.all(Array.from({ length: Math.min(most, count) }, () => startNode()));
  }

  afterEach(async () => {
    for (const fixture of opened.splice(0)) await fixture.close();
  });

  describe(`${name} revocations`, () => {
    it('tell every node of a user, up to a moment', async () => {
      const nodes = await startNodes(await start(), 3);
      await nodes[0]?.revocations.revoke(userRevocation('a/b "é😀', { issuedUntil: 5000 }));
      for (const { known } of nodes) {
        await soon(() => has(known, { userId: 'a/b "é😀', issuedAt: 5000 }));
        expect(has(known, { userId: 'a/b "é😀', issuedAt: 5001 })).toBe(false);
        expect(has(known, { userId: 'a', issuedAt: 5000 })).toBe(false);
        expect(has(known, { userId: 'a/b "é😀', issuedAt: 5000 }, 'other')).toBe(false);
      }
    });

    it('tell every node of one token', async () => {
      const nodes = await startNodes(await start(), 3);
      await nodes.at(-1)?.revocations.revoke({ type: 'token', appId: 'app', tokenId: '__proto__', endsAt: Date.now() + hour });
      for (const { known } of nodes) {
        await soon(() => has(known, { userId: 'u', tokenId: '__proto__' }));
        expect(has(known, { userId: 'u', tokenId: 'other' })).toBe(false);
        expect(has(known, { userId: '__proto__' })).toBe(false);
      }
    });

    it('may be repeated, and never take anything back', async () => {
      const nodes = await startNodes(await start(), 2);
      const endsAt = Date.now() + hour;
      for (const issuedUntil of [1000, 3000, 3000, 2000])
        await nodes[0]?.revocations.revoke(userRevocation('u', { issuedUntil, endsAt: endsAt - issuedUntil }));
      for (const { known } of nodes) {
        await soon(() => has(known, { userId: 'u', issuedAt: 3000 }));
        expect([...known.all()]).toEqual([userRevocation('u', { issuedUntil: 3000, endsAt: endsAt - 1000 })]);
      }
    });

    it('keep many, told by several nodes at once', async () => {
      const nodes = await startNodes(await start(), 3);
      const users = Array.from({ length: 1200 }, (_, index) => `user-${index}`);
      await Promise.all(users.map((user, index) => nodes[index % nodes.length]?.revocations.revoke(userRevocation(user))));
      for (const { known } of nodes) await soon(() => users.every((userId) => has(known, { userId })));
    });

    it.runIf(most > 1)('tell a node that starts later, before it has started', async () => {
      const fixture = await start();
      const node = await fixture.startNode();
      await node.revocations.revoke(userRevocation('u'));
      await node.revocations.revoke({ type: 'token', appId: 'app', tokenId: 't', endsAt: Date.now() + hour });
      const late = await fixture.startNode();
      expect(has(late.known, { userId: 'u' })).toBe(true);
      expect(has(late.known, { userId: 'v', tokenId: 't' })).toBe(true);
    });

    it.runIf(most > 1)('tell nobody of what has ended', async () => {
      const fixture = await start();
      const node = await fixture.startNode();
      const other = await fixture.startNode();
      await node.revocations.revoke(userRevocation('ended', { endsAt: Date.now() + 200 }));
      await soon(() => has(other.known, { userId: 'ended' }));
      await soon(() => !has(other.known, { userId: 'ended' }));
      await node.revocations.revoke(userRevocation('next'));
      const late = await fixture.startNode();
      expect([...late.known.all()].map((revocation) => revocation.type === 'user' && revocation.userId)).toEqual(['next']);
    });
  });
}

function has(
  known: RevocationList,
  { userId, tokenId, issuedAt = 0 }: { userId: string; tokenId?: string; issuedAt?: number },
  appId = 'app',
): boolean {
  return known.has(appId, { tokenId, issuedAt, user: { member: { userId, userInfo: 'null' }, watchlist: [] } });
}
