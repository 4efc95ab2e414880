import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRecordedLog } from '../../testing/recorded-log.ts';
import { RedisServer } from '../../testing/redis-server.ts';
import { RedisClient } from './client.ts';
import { Script } from './script.ts';

let server: RedisServer;
let client: RedisClient;

beforeAll(async () => {
  server = await RedisServer.start();
  client = new RedisClient({ settings: { url: server.url, db: 0 }, log: createRecordedLog() });
  await client.connected(5000);
});

afterAll(async () => {
  client.close();
  await server.stop();
});

describe('a script', () => {
  it('runs on a Redis that has never seen it, and on one that has', async () => {
    const script = new Script('sum', '#!lua\nreturn redis.call("INCRBY", KEYS[1], ARGV[1])');
    expect(await script.run(client.commands, ['sum'], [2])).toBe(2);
    expect(await script.run(client.commands, ['sum'], [3])).toBe(5);
    await client.commands.script('FLUSH');
    expect(await script.run(client.commands, ['sum'], [4])).toBe(9);
  });

  it('carries bytes in both directions', async () => {
    const script = new Script('echo', 'return ARGV[1]');
    const bytes = Buffer.from([0, 255, 13, 10, 128]);
    expect(await script.runForBytes(client.commands, [], [bytes])).toEqual(bytes);
    expect(await script.runForBytes(client.commands, [], [bytes])).toEqual(bytes);
  });

  it('rejects with what the script says', async () => {
    await expect(new Script('fails', 'return redis.error_reply("UNREGISTERED")').run(client.commands, [], [])).rejects.toThrow('UNREGISTERED');
  });
});
