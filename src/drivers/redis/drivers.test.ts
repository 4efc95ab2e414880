import { randomUUID } from 'node:crypto';
import { describeBroker } from '../../testing/broker-contract.ts';
import { RedisNode } from '../../testing/redis-node.ts';
import { describeRegistry } from '../../testing/registry-contract.ts';
import { testRedis } from '../../testing/test-redis.ts';

const redis = testRedis();

const start = () => RedisNode.start({ settings: { url: redis.server.url, keyPrefix: randomUUID() } });

describeBroker('redis', start);
describeRegistry('redis', start);
