import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll } from 'vitest';
import { describeBroker } from '../../testing/broker-contract.ts';
import { RedisNode } from '../../testing/redis-node.ts';
import { RedisServer } from '../../testing/redis-server.ts';
import { describeRegistry } from '../../testing/registry-contract.ts';

let server: RedisServer;

beforeAll(async () => {
  server = await RedisServer.start();
});

afterAll(async () => {
  await server.stop();
});

const start = () => RedisNode.start({ settings: { url: server.url, keyPrefix: randomUUID() } });

describeBroker('redis', start);
describeRegistry('redis', start);
