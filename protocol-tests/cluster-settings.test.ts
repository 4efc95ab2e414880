import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../src/testing/free-port.ts';
import { canCluster } from '../src/testing/redis-cluster.ts';
import { RedisServer } from '../src/testing/redis-server.ts';
import { trigger } from './support/api.ts';
import { runCli } from './support/cli.ts';
import { listener } from './support/listener.ts';
import { isForeign } from './support/own-server.ts';
import { parseLog, type StartOptions, startServer } from './support/server.ts';
import { type Target, targetAt } from './support/target.ts';
import { unique } from './support/unique.ts';

const app = { id: '77', key: 'laravel-key', secret: 'laravel-secret' };

async function ownRedis(args: readonly string[] = []): Promise<RedisServer> {
  const redis = await RedisServer.start({ args });
  onTestFinished(() => redis.stop());
  return redis;
}

/** A node with the variables of a Laravel `.env`. */
async function node({ port }: RedisServer, environment: Readonly<Record<string, string>>): Promise<Target> {
  const laravel = {
    REVERB_APP_ID: app.id,
    REVERB_APP_KEY: app.key,
    REVERB_APP_SECRET: app.secret,
    REDIS_HOST: '127.0.0.1',
    REDIS_PORT: String(port),
  };
  const options: StartOptions = { environment: { ...laravel, ...environment } };
  const server = await startServer({ drain: { windowSeconds: 0 } }, options);
  onTestFinished(async () => void (await server.stop()));
  return targetAt(server.httpUrl, app);
}

/** Whether what is published through one node arrives on the other. */
async function areJoined(here: Target, there: Target): Promise<boolean> {
  const room = unique('room');
  const client = await listener(there, room);
  await trigger(here, { name: 'from-here', channel: room, data: '' });
  await trigger(there, { name: 'from-there', channel: room, data: '' });
  await client.next('from-there');
  return client.received.join().includes('from-here');
}

describe.skipIf(isForeign())('the settings of a cluster', () => {
  it('are not those of Laravel for its own Redis', async () => {
    const redis = await ownRedis();
    expect(await areJoined(await node(redis, {}), await node(redis, {}))).toBe(false);
  });

  it('are those once REVERB_SCALING_ENABLED is true', async () => {
    const redis = await ownRedis();
    const scaling = { REVERB_SCALING_ENABLED: 'true' };
    expect(await areJoined(await node(redis, scaling), await node(redis, scaling))).toBe(true);
  });

  it('keep clusters with different prefixes or databases apart', async () => {
    const redis = await ownRedis();
    const start = (extra: object) => startNode({ url: redis.url, ...extra });
    const [plain, prefixed, numbered, same] = [await start({}), await start({ keyPrefix: 'team' }), await start({ db: 1 }), await start({})];
    expect(await Promise.all([prefixed, numbered, same].map((other) => areJoined(plain, other)))).toEqual([false, false, true]);
  });

  it('may name an ACL user with a password', async () => {
    const redis = await ownRedis([
      '--user',
      'default',
      'off',
      '--user',
      'clarion',
      'on',
      '>secret',
      '~clarion:*',
      'resetchannels',
      '&clarion:*',
      '+@all',
    ]);
    const account = { url: redis.url, username: 'clarion', password: 'secret' };
    expect(await areJoined(await startNode(account), await startNode(account))).toBe(true);
  });

  it('are refused, in words, when Redis cannot be reached', async () => {
    const { code, stdout, stderr } = await runCli(['start', '--host', '127.0.0.1', '--port', '0'], {
      environment: { CLARION_REDIS_URL: 'redis://127.0.0.1:1' },
    });
    expect(code).not.toBe(0);
    expect(stdout + stderr).toContain('Redis cannot be reached');
  });

  it('are refused, in words, when Redis is too old', async () => {
    const { port } = await ownRedis();
    const old = await agedRedis(port);
    const { code, stdout, stderr } = await runCli(['start', '--host', '127.0.0.1', '--port', '0'], { environment: { CLARION_REDIS_URL: old } });
    expect(code).not.toBe(0);
    expect(stdout + stderr).toMatch(/Redis 5\.\S+ is too old: Clarion needs version 6 or later/);
  });

  it.skipIf(!canCluster())('are refused, in words, when a server of a Redis Cluster is named as if it stood alone', async () => {
    const redis = await ownRedis(['--cluster-enabled', 'yes', '--cluster-port', String(await freePort())]);
    const { code, stdout, stderr } = await runCli(['start', '--host', '127.0.0.1', '--port', '0'], { environment: { CLARION_REDIS_URL: redis.url } });
    expect(code).not.toBe(0);
    expect(stdout + stderr).toContain('name its servers in redis.cluster.nodes');
  });

  it('warn of a Redis that may evict who is present, and of nothing else', async () => {
    const redis = await ownRedis(['--maxmemory-policy', 'allkeys-lru']);
    const server = await startServer({ apps: [app], redis: { url: redis.url } });
    onTestFinished(async () => void (await server.stop()));
    const warnings = server.lines.map(parseLog).filter((line) => line?.level === 'warn');
    expect(warnings).toEqual([expect.objectContaining({ advice: expect.stringContaining('maxmemory-policy allkeys-lru') })]);
  });

  it('are refused, in words, when the ACL user may not subscribe', { timeout: 40_000 }, async () => {
    const redis = await ownRedis(['--user', 'default', 'on', 'nopass', '~*', 'resetchannels', '+@all']);
    const { code, stdout, stderr } = await runCli(['start', '--host', '127.0.0.1', '--port', '0'], { environment: { CLARION_REDIS_URL: redis.url } });
    expect(code).not.toBe(0);
    expect(stdout + stderr).toContain('Redis does not let this node subscribe');
  });
});

async function startNode(redis: object): Promise<Target> {
  const server = await startServer({ apps: [app], drain: { windowSeconds: 0 }, redis });
  onTestFinished(async () => void (await server.stop()));
  return targetAt(server.httpUrl, app);
}

/** A way to a Redis that says that it is of the fifth version. Resolves with its URL. */
async function agedRedis(port: number): Promise<string> {
  const proxy = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    client.pipe(upstream);
    // The length of an answer comes before it: it has to stay.
    upstream.on('data', (bytes) =>
      client.write(
        bytes.toString('latin1').replace(/(?<=redis_version:)\d+/, (major) => '5'.padStart(major.length, '0')),
        'latin1',
      ),
    );
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      one.on('error', () => other.destroy()).on('close', () => other.destroy());
    }
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  onTestFinished(() => void proxy.close());
  return `redis://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}
