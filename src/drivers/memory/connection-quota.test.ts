import { describe, expect, it } from 'vitest';
import { describeConnectionQuota } from '../../testing/connection-quota-contract.ts';
import { MemoryConnectionQuota } from './connection-quota.ts';

describeConnectionQuota('memory', async () => ({ quota: new MemoryConnectionQuota(), close: async () => {} }));

describe('the memory connection quota', () => {
  it('does not fall below zero', async () => {
    const quota = new MemoryConnectionQuota();
    quota.release('app');
    await quota.acquire('app', 1);
    expect(await quota.count('app')).toBe(1);
  });
});
