import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { ageKeys } from '../../testing/age-keys.ts';
import { describeIdempotencyStore } from '../../testing/idempotency-store-contract.ts';
import { createRecordedLog } from '../../testing/recorded-log.ts';
import { testRedis } from '../../testing/test-redis.ts';
import { RedisIdempotencyStore } from './idempotency-store.ts';

const redis = testRedis();
let keyPrefix: string;

beforeEach(() => {
  keyPrefix = randomUUID();
});

function openNode(client = redis.client): RedisIdempotencyStore {
  return new RedisIdempotencyStore({ client, keyPrefix, log: createRecordedLog() });
}

describeIdempotencyStore('redis', async () => {
  const prefix = randomUUID();
  const store = new RedisIdempotencyStore({ client: redis.client, keyPrefix: prefix, log: createRecordedLog() });
  return { store, elapse: (seconds) => ageKeys(redis.client.commands, prefix, seconds), close: async () => {} };
});

describe('the redis idempotency store', () => {
  it('lets one of many nodes claim a key', async () => {
    const nodes = Array.from({ length: 8 }, () => openNode());
    const claims = await Promise.all(nodes.map((node) => node.claim('key', 'print')));
    expect(claims.filter(({ state }) => state === 'claimed')).toHaveLength(1);
    expect(claims.filter(({ state }) => state === 'pending')).toHaveLength(7);
  });

  it('answers on every node what the first one answered', async () => {
    const [one, two] = [openNode(), openNode()];
    await one.claim('key', 'print');
    await one.complete('key', '{"a":"é"}');
    expect(await two.claim('key', 'print')).toEqual({ state: 'done', answer: '{"a":"é"}' });
    expect(await two.claim('key', 'other')).toEqual({ state: 'conflict' });
  });

  it('frees a key for every node', async () => {
    const [one, two] = [openNode(), openNode()];
    await one.claim('key', 'print');
    await one.release('key');
    expect(await two.claim('key', 'other')).toEqual({ state: 'claimed' });
  });

  it('leaves a claim alone that somebody else made after its own had expired', async () => {
    const [one, two] = [openNode(), openNode()];
    await one.claim('key', 'print');
    await redis.client.commands.del(`${keyPrefix}:idempotency:key`);
    await two.claim('key', 'print');
    await one.release('key');
    expect(await one.claim('key', 'print')).toEqual({ state: 'pending' });
  });

  it('keeps a claim for ten seconds and an answer for two minutes', async () => {
    const node = openNode();
    const left = () => redis.client.commands.pttl(`${keyPrefix}:idempotency:key`);
    await node.claim('key', 'print');
    expect(await left()).toSatisfy((milliseconds: number) => milliseconds > 5000 && milliseconds <= 10_000);
    await node.complete('key', '{}');
    expect(await left()).toSatisfy((milliseconds: number) => milliseconds > 110_000 && milliseconds <= 120_000);
  });

  it('does not claim without Redis, and does not fail for an answer that cannot be kept', async () => {
    const lost = await redis.connect();
    const node = openNode(lost);
    await node.claim('key', 'print');
    lost.close();
    await node.complete('key', '{}');
    await expect(node.claim('key', 'print')).rejects.toThrow();
    expect(await openNode().claim('key', 'print')).toEqual({ state: 'pending' });
  });
});
