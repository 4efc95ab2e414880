import { describe, expect, it } from 'vitest';
import { testRedis } from '../../testing/test-redis.ts';
import { Script } from './script.ts';

const redis = testRedis();

describe('a script', () => {
  it('runs on a Redis that has never seen it, and on one that has', async () => {
    const script = new Script('sum', 'return redis.call("INCRBY", KEYS[1], ARGV[1])');
    expect(await script.run(redis.client.commands, ['sum'], [2])).toBe(2);
    expect(await script.run(redis.client.commands, ['sum'], [3])).toBe(5);
    await redis.client.commands.script('FLUSH');
    expect(await script.run(redis.client.commands, ['sum'], [4])).toBe(9);
  });

  it('carries bytes in both directions', async () => {
    const script = new Script('echo', 'return ARGV[1]');
    const bytes = Buffer.from([0, 255, 13, 10, 128]);
    expect(await script.runForBytes(redis.client.commands, [], [bytes])).toEqual(bytes);
    expect(await script.runForBytes(redis.client.commands, [], [bytes])).toEqual(bytes);
  });

  it('rejects with what the script says', async () => {
    await expect(new Script('fails', 'return redis.error_reply("UNREGISTERED")').run(redis.client.commands, [], [])).rejects.toThrow('UNREGISTERED');
  });
});
