import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { QuotaUncertain } from '../../core/ports.ts';
import { describeConnectionQuota } from '../../testing/connection-quota-contract.ts';
import { createRecordedLog } from '../../testing/recorded-log.ts';
import { testRedis } from '../../testing/test-redis.ts';
import { RedisConnectionQuota } from './connection-quota.ts';

const redis = testRedis();
let keyPrefix: string;
const opened: RedisConnectionQuota[] = [];
const timing = { renewalMilliseconds: 100, leaseMilliseconds: 300, memoryMilliseconds: 700 };

beforeEach(() => {
  keyPrefix = randomUUID();
});

afterEach(async () => {
  for (const quota of opened.splice(0)) await quota.close();
});

function openNode(client = redis.client): RedisConnectionQuota {
  const quota = new RedisConnectionQuota({ client, keyPrefix, log: createRecordedLog(), timing });
  opened.push(quota);
  return quota;
}

describeConnectionQuota('redis', async () => {
  const quota = new RedisConnectionQuota({ client: redis.client, keyPrefix: randomUUID(), log: createRecordedLog() });
  return { quota, close: () => quota.close() };
});

describe('the redis connection quota', () => {
  it('grants what is left over all nodes, however many ask at once', async () => {
    const [one, two] = [openNode(), openNode()];
    const answers = await Promise.allSettled(Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? one : two).acquire('app', 25)));
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(25);
    expect(await one.count('app')).toBe(25);
    expect(await two.count('other')).toBe(0);
  });

  it('grants again what another node has released', async () => {
    const [one, two] = [openNode(), openNode()];
    expect(await one.acquire('app', 1)).toBe(true);
    await expect(two.acquire('app', 1)).rejects.toBeInstanceOf(QuotaUncertain);
    one.release('app');
    await vi.waitFor(async () => expect(await two.acquire('app', 1)).toBe(true));
  });

  it('is certain that an app is full as soon as every node must have renewed since, although some leave and come', async () => {
    const [one, two] = [openNode(), openNode()];
    for (let index = 0; index < 20; index += 1) await one.acquire('app', 20);
    await expect(two.acquire('app', 20)).rejects.toBeInstanceOf(QuotaUncertain);
    await vi.waitFor(async () => expect(await two.acquire('app', 20)).toBe(false), 2000);
    one.release('app');
    await vi.waitFor(async () => expect(await two.acquire('app', 20)).toBe(true));
    expect(await two.acquire('app', 20)).toBe(false);
    for (let index = 0; index < 5; index += 1) one.release('app');
    await vi.waitFor(async () => expect(await two.count('app')).toBe(15));
    for (let index = 0; index < 5; index += 1) expect(await two.acquire('app', 20)).toBe(true);
    await expect(two.acquire('app', 20)).rejects.toBeInstanceOf(QuotaUncertain);
  });

  it('is certain at once when all connections are its own', async () => {
    const one = openNode();
    expect(await one.acquire('app', 1)).toBe(true);
    expect(await one.acquire('app', 1)).toBe(false);
  });

  it('has those who come back from a node that has died come back again, until it counts no more', async () => {
    const dying = await redis.connect();
    const [one, two] = [openNode(dying), openNode()];
    for (let index = 0; index < 6; index += 1) expect(await one.acquire('app', 10)).toBe(true);
    for (let index = 0; index < 4; index += 1) expect(await two.acquire('app', 10)).toBe(true);
    dying.close();
    const answers: unknown[] = [];
    await vi.waitFor(async () => {
      answers.push(await two.acquire('app', 10).catch((reason: unknown) => reason));
      expect(answers.at(-1)).toBe(true);
    }, 2000);
    expect(answers.length).toBeGreaterThan(1);
    expect(answers.slice(0, -1).every((answer) => answer instanceof QuotaUncertain)).toBe(true);
  });

  it('counts connections of apps without a quota', async () => {
    const [one, two] = [openNode(), openNode()];
    for (let index = 0; index < 3; index += 1) expect(await one.acquire('app', Number.POSITIVE_INFINITY)).toBe(true);
    await vi.waitFor(async () => expect(await two.count('app')).toBe(3));
  });

  it('stops counting at once a node that is known to have ended', async () => {
    const dying = await redis.connect();
    const [one, two] = [openNode(dying), openNode()];
    for (const node of [one, two]) expect(await node.acquire('app', 2)).toBe(true);
    dying.close();
    await expect(two.acquire('app', 2)).rejects.toBeInstanceOf(QuotaUncertain);
    two.bury(one.node);
    expect(await two.acquire('app', 2)).toBe(true);
  });

  it('stops counting a node that does not renew, and says that the count was uncertain meanwhile', async () => {
    const dying = await redis.connect();
    const [one, two] = [openNode(dying), openNode()];
    for (let index = 0; index < 3; index += 1) await one.acquire('app', 10);
    expect(await two.count('app')).toBe(3);
    dying.close();
    await vi.waitFor(async () => expect(await two.count('app')).toBe(0), 2000);
    for (let index = 0; index < 2; index += 1) expect(await two.acquire('app', 2)).toBe(true);
    await expect(two.acquire('app', 2)).rejects.toBeInstanceOf(QuotaUncertain);
    await vi.waitFor(async () => expect(await two.acquire('app', 2)).toBe(false), 2000);
  });

  it('trusts the last counts while Redis is away, and is never sure then that an app is full', async () => {
    const lost = await redis.connect();
    const [one, two] = [openNode(), openNode(lost)];
    expect(await one.acquire('app', 3)).toBe(true);
    expect(await two.acquire('app', 3)).toBe(true);
    lost.commands.disconnect(true);
    expect(await two.acquire('app', 3)).toBe(true);
    await expect(two.acquire('app', 3)).rejects.toBeInstanceOf(QuotaUncertain);
    await lost.connected(5000);
    await vi.waitFor(async () => expect(await one.count('app')).toBe(3), 2000);
    lost.close();
  });

  it('gives everything back when it is closed', async () => {
    const [one, two] = [openNode(), openNode()];
    await one.acquire('app', 5);
    await one.close();
    expect(await two.count('app')).toBe(0);
  });
});
