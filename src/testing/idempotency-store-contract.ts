import { afterEach, describe, expect, it } from 'vitest';
import type { IdempotencyStore } from '../core/ports.ts';

export interface IdempotencyStoreFixture {
  readonly store: IdempotencyStore;
  /** Lets so much time go by for the store. */
  elapse(seconds: number): Promise<void>;
  close(): Promise<void>;
}

/** What every `IdempotencyStore` guarantees. `open` makes one that shares nothing with an earlier one. */
export function describeIdempotencyStore(name: string, open: () => Promise<IdempotencyStoreFixture>): void {
  const opened: IdempotencyStoreFixture[] = [];

  async function start(): Promise<IdempotencyStoreFixture> {
    const fixture = await open();
    opened.push(fixture);
    return fixture;
  }

  afterEach(async () => {
    for (const fixture of opened.splice(0)) await fixture.close();
  });

  describe(`${name} idempotency store`, () => {
    it('gives a key to the first who claims it, and shows the others that it is under way', async () => {
      const { store } = await start();
      expect(await store.claim('app/key', 'body')).toEqual({ state: 'claimed' });
      expect(await store.claim('app/key', 'body')).toEqual({ state: 'pending' });
    });

    it('gives a key to one of those who claim it at once', async () => {
      const { store } = await start();
      const claims = await Promise.all(Array.from({ length: 20 }, () => store.claim('app/key', 'body')));
      expect(claims.filter(({ state }) => state === 'claimed')).toHaveLength(1);
      expect(claims.filter(({ state }) => state === 'pending')).toHaveLength(19);
    });

    it('gives everybody the first answer', async () => {
      const { store } = await start();
      await store.claim('app/key', 'body');
      await store.complete('app/key', '{"channels":{"é":{}}}');
      expect(await store.claim('app/key', 'body')).toEqual({ state: 'done', answer: '{"channels":{"é":{}}}' });
      expect(await store.claim('app/key', 'body')).toEqual({ state: 'done', answer: '{"channels":{"é":{}}}' });
    });

    it('tells another body from a repeat, before and after the answer', async () => {
      const { store } = await start();
      await store.claim('app/key', 'body');
      expect(await store.claim('app/key', 'another')).toEqual({ state: 'conflict' });
      await store.complete('app/key', '{}');
      expect(await store.claim('app/key', 'another')).toEqual({ state: 'conflict' });
    });

    it('gives a key away again after a failure, to any body', async () => {
      const { store } = await start();
      await store.claim('app/key', 'body');
      await store.release('app/key');
      expect(await store.claim('app/key', 'another')).toEqual({ state: 'claimed' });
    });

    it('keeps keys apart', async () => {
      const { store } = await start();
      for (const key of ['app/key', 'app/KEY', 'other/key', 'app/__proto__', 'app/é', 'app/'])
        expect(await store.claim(key, 'body')).toEqual({ state: 'claimed' });
    });

    it('remembers an answer for 120 seconds and no longer', async () => {
      const { store, elapse } = await start();
      await store.claim('app/key', 'body');
      await store.complete('app/key', '{}');
      await elapse(119);
      expect(await store.claim('app/key', 'body')).toEqual({ state: 'done', answer: '{}' });
      await elapse(1);
      expect(await store.claim('app/key', 'another')).toEqual({ state: 'claimed' });
    });

    it('does not mind an answer or a release for a key that nobody claimed', async () => {
      const { store } = await start();
      await store.complete('app/key', '{}');
      await store.release('app/key');
      expect(await store.claim('app/key', 'body')).toEqual({ state: 'claimed' });
    });
  });
}
