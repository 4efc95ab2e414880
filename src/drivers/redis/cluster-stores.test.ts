import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe } from 'vitest';
import { RevocationList } from '../../core/revocation-list.ts';
import { ageKeys } from '../../testing/age-keys.ts';
import { describeConnectionQuota } from '../../testing/connection-quota-contract.ts';
import { describeEventCache } from '../../testing/event-cache-contract.ts';
import { describeIdempotencyStore } from '../../testing/idempotency-store-contract.ts';
import { createRecordedLog } from '../../testing/recorded-log.ts';
import { canCluster, RedisCluster } from '../../testing/redis-cluster.ts';
import { describeRevocations } from '../../testing/revocations-contract.ts';
import { describeWebhookQueue } from '../../testing/webhook-queue-contract.ts';
import { RedisClient } from './client.ts';
import { RedisConnectionQuota } from './connection-quota.ts';
import { RedisEventCache } from './event-cache.ts';
import { RedisIdempotencyStore } from './idempotency-store.ts';
import { partitionBase } from './keys.ts';
import { RedisRevocations } from './revocations.ts';
import { RedisWebhookQueue } from './webhook-queue.ts';

describe.skipIf(!canCluster())('over a Redis Cluster', () => {
  let cluster: RedisCluster;
  let client: RedisClient;
  const log = createRecordedLog();

  beforeAll(async () => {
    cluster = await RedisCluster.start();
    client = new RedisClient({ settings: { cluster: { nodes: cluster.addresses }, db: 0 }, log });
    await client.connected(10_000);
  }, 30_000);

  afterAll(async () => {
    client.close();
    await cluster.stop();
  });

  async function elapse(prefix: string, seconds: number): Promise<void> {
    for (const server of cluster.servers) {
      const direct = new RedisClient({ settings: { url: server.url, db: 0 }, log });
      await direct.connected(5000);
      await ageKeys(direct.commands, prefix, seconds);
      direct.close();
    }
  }

  describeEventCache('redis cluster', async () => {
    const keyPrefix = randomUUID();
    return { cache: new RedisEventCache({ client, keyPrefix }), elapse: (seconds) => elapse(keyPrefix, seconds), close: async () => {} };
  });

  describeIdempotencyStore('redis cluster', async () => {
    const keyPrefix = randomUUID();
    const store = new RedisIdempotencyStore({ client, keyPrefix, log });
    return { store, elapse: (seconds) => elapse(keyPrefix, seconds), close: async () => {} };
  });

  describeConnectionQuota('redis cluster', async () => {
    const quota = new RedisConnectionQuota({ client, keyPrefix: randomUUID(), log });
    return { quota, close: () => quota.close() };
  });

  describeRevocations('redis cluster', 3, async () => {
    const keySpace = { prefix: randomUUID(), database: 0 };
    const started: RedisRevocations[] = [];
    return {
      async startNode() {
        const known = new RevocationList(Date);
        const revocations = new RedisRevocations({ client, keySpace, known, log, lookMilliseconds: 20 });
        started.push(revocations);
        await revocations.start();
        return { revocations, known };
      },
      async close() {
        for (const revocations of started) revocations.close();
      },
    };
  });

  describeWebhookQueue('redis cluster', async () => {
    const prefix = randomUUID();
    const bases = Array.from({ length: 8 }, (_, partition) => partitionBase({ prefix, database: 0 }, partition));
    return new RedisWebhookQueue({ client, bases, log, recordedElsewhere: new Set() });
  });
});
