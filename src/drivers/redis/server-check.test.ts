import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRecordedLog } from '../../testing/recorded-log.ts';
import { RedisServer } from '../../testing/redis-server.ts';
import { RedisClient } from './client.ts';
import { adviceFor, checkServer, parseInfo, refuseOld } from './server-check.ts';

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

describe('the check of the server', () => {
  it('has nothing to say about a current Redis that evicts nothing', async () => {
    expect(await checkServer(client.commands)).toEqual([]);
  });

  it('warns of a policy that evicts any key', async () => {
    await client.commands.config('SET', 'maxmemory-policy', 'allkeys-lru');
    expect(await checkServer(client.commands)).toEqual([expect.stringContaining('maxmemory-policy allkeys-lru')]);
    await client.commands.config('SET', 'maxmemory-policy', 'noeviction');
  });

  it('advises to wait for a replica where there are some', () => {
    expect(adviceFor(parseInfo('# Replication\r\nconnected_slaves:1\r\n'))).toEqual([expect.stringContaining('min-replicas-to-write')]);
    expect(adviceFor(parseInfo('connected_slaves:1\r\nmin_slaves_good_slaves:1\r\n'))).toEqual([]);
  });

  it.each([
    ['5.0.14', false],
    ['6.2.14', true],
    ['unknown', false],
  ])('refuses version %s (cluster: %s)', (version, isCluster) => {
    expect(() => refuseOld(parseInfo(`redis_version:${version}\r\n`), isCluster)).toThrow(`Redis ${version} is too old`);
  });

  it.each([
    ['6.0.0', false],
    ['7.0.0', true],
    ['10.0.0', true],
  ])('accepts version %s (cluster: %s)', (version, isCluster) => {
    expect(() => refuseOld(parseInfo(`redis_version:${version}\r\n`), isCluster)).not.toThrow();
  });
});
