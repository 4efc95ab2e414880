import { afterAll, beforeAll } from 'vitest';
import { RedisClient } from '../drivers/redis/client.ts';
import { createRecordedLog } from './recorded-log.ts';
import { RedisServer } from './redis-server.ts';

const connectMilliseconds = 5000;

/** What `testRedis` keeps for the tests of a file; there from before the first of them until after the last. */
export interface TestRedis {
  readonly server: RedisServer;
  readonly client: RedisClient;
  /** Resolves with one more client, by default of `server`. It is closed after the last test, if not before. */
  connect(url?: string): Promise<RedisClient>;
}

/** A Redis of its own for the tests of a file, which is to call this once, outside of them. */
export function testRedis(): TestRedis {
  let server: RedisServer;
  let client: RedisClient;
  const opened: RedisClient[] = [];

  async function connect(url = server.url): Promise<RedisClient> {
    const connected = new RedisClient({ settings: { url, db: 0 }, log: createRecordedLog() });
    opened.push(connected);
    await connected.connected(connectMilliseconds);
    return connected;
  }

  beforeAll(async () => {
    server = await RedisServer.start();
    client = await connect();
  });

  afterAll(async () => {
    for (const each of opened) each.close();
    await server.stop();
  });

  return {
    get server() {
      return server;
    },
    get client() {
      return client;
    },
    connect,
  };
}
