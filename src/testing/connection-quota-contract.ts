import { afterEach, describe, expect, it } from 'vitest';
import type { ConnectionQuota } from '../core/ports.ts';

export interface ConnectionQuotaFixture {
  readonly quota: ConnectionQuota;
  close(): Promise<void>;
}

/** What every `ConnectionQuota` guarantees. `open` makes one that shares nothing with an earlier one. */
export function describeConnectionQuota(name: string, open: () => Promise<ConnectionQuotaFixture>): void {
  const opened: ConnectionQuotaFixture[] = [];

  async function start(): Promise<ConnectionQuota> {
    const fixture = await open();
    opened.push(fixture);
    return fixture.quota;
  }

  afterEach(async () => {
    for (const fixture of opened.splice(0)) await fixture.close();
  });

  describe(`${name} connection quota`, () => {
    it('admits as many as it may, and counts only those', async () => {
      const quota = await start();
      expect([await quota.acquire('app', 2), await quota.acquire('app', 2), await quota.acquire('app', 2)]).toEqual([true, true, false]);
      expect(await quota.count('app')).toBe(2);
    });

    it('admits no more than it may of those who come at once', async () => {
      const quota = await start();
      const admitted = await Promise.all(Array.from({ length: 50 }, () => quota.acquire('app', 7)));
      expect(admitted.filter(Boolean)).toHaveLength(7);
      expect(await quota.count('app')).toBe(7);
    });

    it('has room again after a release', async () => {
      const quota = await start();
      await quota.acquire('app', 1);
      quota.release('app');
      expect(await quota.acquire('app', 1)).toBe(true);
      expect(await quota.acquire('app', 1)).toBe(false);
    });

    it('admits everybody without a limit and nobody with a limit of 0', async () => {
      const quota = await start();
      const admitted = await Promise.all(Array.from({ length: 50 }, () => quota.acquire('app', Number.POSITIVE_INFINITY)));
      expect(admitted.every(Boolean)).toBe(true);
      expect(await quota.acquire('none', 0)).toBe(false);
    });

    it('counts apps apart', async () => {
      const quota = await start();
      await quota.acquire('app', 1);
      expect(await quota.acquire('__proto__', 1)).toBe(true);
      expect([await quota.count('app'), await quota.count('__proto__'), await quota.count('nobody')]).toEqual([1, 1, 0]);
    });

    it('follows a limit that changes', async () => {
      const quota = await start();
      for (let index = 0; index < 5; index += 1) await quota.acquire('app', 5);
      expect(await quota.acquire('app', 3)).toBe(false);
      expect(await quota.acquire('app', 6)).toBe(true);
    });
  });
}
