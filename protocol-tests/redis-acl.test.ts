import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { canCluster, RedisCluster } from '../src/testing/redis-cluster.ts';
import { RedisServer } from '../src/testing/redis-server.ts';
import { temporaryFolder } from '../src/testing/temporary-folder.ts';
import { api, trigger } from './support/api.ts';
import { apps } from './support/apps.ts';
import { Client } from './support/client.ts';
import { ownServer } from './support/own-server.ts';
import { needsOwnServer, targetAt } from './support/target.ts';

const line = readFileSync('config/redis/clarion.acl', 'utf8');
const password = 'a-password-of-this-test';

/** A Redis whose user `default` may do everything, and that has the user of the file beside it. */
async function guardedRedis(): Promise<RedisServer> {
  const file = join(temporaryFolder(), 'users.acl');
  writeFileSync(file, `user default on nopass ~* &* +@all\n${line.replace('replace-this-password', password)}`);
  const redis = await RedisServer.start({ args: ['--aclfile', file] });
  onTestFinished(() => redis.stop());
  return redis;
}

function connect(redis: RedisServer, options: object = {}): Redis {
  const client = new Redis({ port: redis.port, ...options });
  onTestFinished(() => client.disconnect());
  return client;
}

const jwt = { secret: 'a secret that only the token issuer has' };
const app = {
  ...apps.plain,
  webhooks: [{ url: 'http://127.0.0.1:9/', batch: true }],
  subscriptionCount: true,
  maxConnections: 100,
  watchlist: true,
  jwt,
};
const limits = { backendEventsPerSecond: 1000, readsPerSecond: 1000 };

describe('config/redis/clarion.acl', () => {
  beforeEach(needsOwnServer('a Redis'));

  it('is enough: nothing that two nodes do is refused', async (context) => {
    const redis = await guardedRedis();
    const settings = { url: redis.url, username: 'clarion', password };
    const config = { apps: [app], limits, redis: settings, webhooks: { allowPrivateTargets: true, smoothingMilliseconds: 0 } };
    const servers = [await ownServer(context, config), await ownServer(context, config)];
    const [first, second] = servers.map(({ httpUrl }) => targetAt(httpUrl, app));
    if (first === undefined || second === undefined) throw new Error('there are no two nodes');

    const [ada, bob] = [await Client.connect(first), await Client.connect(second)];
    await ada.subscribe('presence-room', { user_id: 'ada' });
    await bob.subscribe('presence-room', { user_id: 'bob' });
    await ada.next('pusher_internal:member_added');
    await bob.subscribe('cache-news');
    await ada.subscribe('private-chat');
    await ada.signIn({ id: 'ada', watchlist: ['bob'] });
    await trigger(second, { name: 'hello', channels: ['presence-room', 'cache-news', 'private-chat'], data: '1' });
    await ada.next('hello');
    const query = { info: 'user_count,subscription_count' };
    for (const path of ['/channels', '/channels/presence-room', '/channels/presence-room/users', '/connections']) {
      expect((await api(second, 'GET', path, undefined, path.endsWith('room') ? query : {})).status).toBe(200);
    }
    const repeated = { name: 'once', channel: 'presence-room', data: '1', idempotency_key: 'one' };
    for (let times = 0; times < 2; times += 1) expect((await api(second, 'POST', '/events', repeated)).status).toBe(200);
    expect((await api(second, 'POST', '/users/ada/terminate_connections')).status).toBe(200);
    expect((await ada.closed).code).toBe(4009);
    await bob.next('pusher_internal:member_removed');
    const revocation = { user_id: 'ada', expires_at: Math.ceil(Date.now() / 1000) + 1 };
    expect((await api(second, 'POST', '/revocations', revocation)).status).toBe(200);
    expect((await api(second, 'POST', '/revocations', { user_id: 'ada' })).status).toBe(200);
    // A node that is gone is swept by the other one.
    await servers[0]?.stop('SIGKILL');
    await expect.poll(() => servers[1]?.lines.some((text) => text.includes('a node is gone')), { timeout: 20_000 }).toBe(true);
    expect((await api(second, 'POST', '/revocations', { token_id: 'one' })).status).toBe(200); // and the other one has ended

    expect(await connect(redis).acl('LOG')).toEqual([]);
  }, 60_000);

  it.skipIf(!canCluster())(
    'is enough for a Redis Cluster together with what its README adds',
    async (context) => {
      const redis = await RedisCluster.start({ replicas: 1 });
      onTestFinished(() => redis.stop());
      const admins = redis.servers.map((server) => connect(server));
      const added = /A Redis Cluster needs `([^`]+)`/.exec(readFileSync('config/redis/README.md', 'utf8'))?.[1] ?? '';
      const [, ...rules] = `${line.trim().replace('replace-this-password', password)} ${added}`.split(' ');
      for (const admin of admins) await admin.call('ACL', 'SETUSER', ...rules);
      const config = { apps: [app], limits, redis: { cluster: { nodes: redis.addresses }, username: 'clarion', password } };
      const servers = [await ownServer(context, config), await ownServer(context, config)];
      const [first, second] = servers.map(({ httpUrl }) => targetAt(httpUrl, app));
      if (first === undefined || second === undefined) throw new Error('there are no two nodes');
      const [ada, bob] = [await Client.connect(first), await Client.connect(second)];
      await ada.subscribe('presence-room', { user_id: 'ada' });
      await bob.subscribe('presence-room', { user_id: 'bob' });
      await ada.next('pusher_internal:member_added');
      const event = { name: 'hello', channels: ['presence-room', 'private-chat'], data: '1', idempotency_key: 'one' };
      await trigger(second, event);
      await ada.next('hello');
      expect((await api(second, 'GET', '/channels')).status).toBe(200);
      for (const admin of admins) expect(await admin.acl('LOG')).toEqual([]);
    },
    60_000,
  );

  it.each([
    ['another key', (client: Redis) => client.get('sessions:1')],
    ['another topic', (client: Redis) => client.publish('orders', '1')],
    ['administration', (client: Redis) => client.config('GET', '*')],
    ['a list of all keys', (client: Redis) => client.keys('*')],
    ['deleting everything', (client: Redis) => client.flushall()],
    ['users', (client: Redis) => client.acl('LIST')],
    ['another key through a script', (client: Redis) => client.eval('return redis.call("GET", "sessions:1")', 0)],
  ])('allows nothing else: %s', async (_what, command) => {
    const redis = await guardedRedis();
    const client = connect(redis, { username: 'clarion', password });
    await expect(command(client)).rejects.toThrow(/NOPERM|permission|can't access/i);
  });
});
