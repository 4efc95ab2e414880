import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ChannelAddress } from '../../core/ports.ts';
import { ageKeys } from '../../testing/age-keys.ts';
import { describeEventCache } from '../../testing/event-cache-contract.ts';
import { testRedis } from '../../testing/test-redis.ts';
import { RedisEventCache } from './event-cache.ts';

const redis = testRedis();
let keyPrefix: string;

beforeEach(() => {
  keyPrefix = randomUUID();
});

function addressOf(name: string, appId = 'app'): ChannelAddress {
  return { appId, channel: { name, kind: 'public', isCache: true, needsAuth: false } };
}

describeEventCache('redis', async () => {
  const prefix = randomUUID();
  const cache = new RedisEventCache({ client: redis.client, keyPrefix: prefix });
  return { cache, elapse: (seconds) => ageKeys(redis.client.commands, prefix, seconds), close: async () => {} };
});

describe('the redis event cache', () => {
  it('hands every node what one has set last', async () => {
    const [one, two] = [new RedisEventCache({ client: redis.client, keyPrefix }), new RedisEventCache({ client: redis.client, keyPrefix })];
    await one.set(addressOf('cache-a'), { event: 'first', data: '' }, 60);
    await two.set(addressOf('cache-a'), { event: 'App\\é', data: '{"a":"\u2028"}' }, 60);
    expect(await one.get(addressOf('cache-a'))).toEqual({ event: 'App\\é', data: '{"a":"\u2028"}', ttlSeconds: 60 });
    expect(await one.get(addressOf('cache-b'))).toBeUndefined();
    expect(await one.get(addressOf('cache-a', 'other'))).toBeUndefined();
  });

  it('forgets an event when its time is over', async () => {
    const cache = new RedisEventCache({ client: redis.client, keyPrefix });
    await cache.set(addressOf('cache-a'), { event: 'e', data: 'd' }, 0.02);
    await expect.poll(() => cache.get(addressOf('cache-a'))).toBeUndefined();
  });

  it('takes what another program wrote for nothing', async () => {
    const cache = new RedisEventCache({ client: redis.client, keyPrefix });
    for (const written of ['{', 'null', '["event"]', '{"event":"e","data":"d"}']) {
      await redis.client.commands.set(`${keyPrefix}:cache:app/cache-a`, written, 'EX', 60);
      expect(await cache.get(addressOf('cache-a'))).toBeUndefined();
    }
  });
});
