import { describe, expect, it } from 'vitest';
import { testRedis } from '../../testing/test-redis.ts';
import { adviceFor, checkServer, parseInfo, refuseMember, refuseOld } from './server-check.ts';

const redis = testRedis();

describe('the check of the server', () => {
  it('has nothing to say about a current Redis that evicts nothing', async () => {
    expect(await checkServer(redis.client.commands)).toEqual([]);
  });

  it('warns of a policy that evicts any key', async () => {
    await redis.client.commands.config('SET', 'maxmemory-policy', 'allkeys-lru');
    expect(await checkServer(redis.client.commands)).toEqual([expect.stringContaining('maxmemory-policy allkeys-lru')]);
    await redis.client.commands.config('SET', 'maxmemory-policy', 'noeviction');
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

  it('refuses a member of a Cluster where a server alone is expected', () => {
    const member = parseInfo('# Cluster\r\ncluster_enabled:1\r\n');
    expect(() => refuseMember(member, false)).toThrow('redis.cluster.nodes');
    expect(() => refuseMember(member, true)).not.toThrow();
    expect(() => refuseMember(parseInfo('cluster_enabled:0\r\n'), false)).not.toThrow();
  });
});
