import { randomUUID } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { describeRateLimiter } from '../../testing/rate-limiter-contract.ts';
import { createRecordedLog } from '../../testing/recorded-log.ts';
import { RedisServer } from '../../testing/redis-server.ts';
import { testRedis } from '../../testing/test-redis.ts';
import { RedisRateLimiter } from './rate-limiter.ts';

const redis = testRedis();
const clock = { monotonic: () => performance.now() };

async function createNodes(count: number, url?: string) {
  const keyPrefix = randomUUID();
  const log = createRecordedLog();
  return Promise.all(
    Array.from({ length: count }, async () => {
      const client = await redis.connect(url);
      const rates = new RedisRateLimiter({ client, keyPrefix, clock, log });
      onTestFinished(() => {
        rates.close();
        client.close();
      });
      return { rates, client };
    }),
  );
}

/** Asks each node again and again, as fast as timers go; resolves with how often they agreed. */
async function ask(nodes: readonly { readonly rates: RedisRateLimiter }[], perSecond: number, seconds: number): Promise<number> {
  const endsAt = performance.now() + seconds * 1000;
  let allowed = 0;
  while (performance.now() < endsAt) {
    for (const { rates } of nodes) if (rates.take('ann', perSecond) === 0) allowed += 1;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return allowed;
}

describeRateLimiter('redis', async () => {
  const [node] = await createNodes(1);
  if (node === undefined) throw new Error('one was asked for');
  return { rates: node.rates, elapse: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)) };
});

describe('the redis rate limiter', () => {
  it('lets three nodes together pass what one may, within a tenth', { timeout: 20_000 }, async () => {
    const nodes = await createNodes(3);
    const [perSecond, seconds] = [60, 5];
    const allowed = await ask(nodes, perSecond, seconds);
    const right = perSecond * (seconds + 1); // the burst of the first second, and the rate
    expect(allowed).toBeGreaterThan(right * 0.9);
    expect(allowed).toBeLessThan(right * 1.1);
  });

  it('tells a node of what another one has let pass', async () => {
    const [one, other] = await createNodes(2);
    for (let times = 0; times < 10; times += 1) one?.rates.take('ann', 10);
    await expect.poll(() => one?.client.commands.keys('*:rate:ann')).toHaveLength(1);
    other?.rates.take('ann', 10);
    await expect.poll(() => other?.rates.take('ann', 10) !== 0, { interval: 20 }).toBe(true);
  });

  it('leaves nothing in Redis after a rest', async () => {
    const [node] = await createNodes(1);
    const before = new Set(await node?.client.commands.keys('*:rate:ann')); // of the tests before, if they were quick
    node?.rates.take('ann', 10, 2);
    const keys = async () => (await node?.client.commands.keys('*:rate:ann'))?.filter((key) => !before.has(key));
    await expect.poll(keys, { timeout: 5000 }).toHaveLength(1);
    await expect.poll(keys, { timeout: 5000 }).toHaveLength(0);
  });

  it('goes on by itself while Redis is away', { timeout: 20_000 }, async () => {
    const own = await RedisServer.start();
    onTestFinished(() => own.stop());
    const nodes = await createNodes(1, own.url);
    await own.kill();
    const allowed = await ask(nodes, 50, 1);
    expect(allowed).toBeGreaterThanOrEqual(50);
    expect(allowed).toBeLessThanOrEqual(110);
  });
});
