import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { freePort } from '../src/testing/free-port.ts';
import { RedisServer } from '../src/testing/redis-server.ts';
import { temporaryFolder } from '../src/testing/temporary-folder.ts';
import { trigger } from './support/api.ts';
import { apps } from './support/apps.ts';
import { Client } from './support/client.ts';
import { type FrontProxy, type ProxyName, startProxy } from './support/front-proxy.ts';
import { Load } from './support/load.ts';
import { startServer, type TestServer } from './support/server.ts';
import { Spectator } from './support/spectator.ts';
import { needsOwnServer, type Target, targetAt } from './support/target.ts';

const app = { ...apps.plain, tlsOnly: true };
const limits = { connectionsPerIp: 2, handshakesPerSecondPerIp: null };
const timeout = 60_000;

/** Two nodes over a real Redis, and a proxy with our file in front of them. */
class Site {
  readonly proxy: FrontProxy;
  readonly target: Target;
  readonly #config: object;
  readonly #nodes: TestServer[];

  private constructor(proxy: FrontProxy, config: object, nodes: TestServer[]) {
    this.proxy = proxy;
    this.target = targetAt(proxy.httpsUrl, app);
    this.#config = config;
    this.#nodes = nodes;
  }

  static async open(name: ProxyName, settings: object = {}): Promise<Site> {
    const redis = await RedisServer.start();
    const nodes: TestServer[] = [];
    onTestFinished(async () => {
      await Promise.all(nodes.map((node) => node.stop('SIGKILL')));
      await redis.stop();
    });
    const config = { apps: [app], redis: { url: redis.url }, drain: { windowSeconds: 1 }, ...settings };
    const ports = [await freePort(), await freePort()];
    for (const port of ports) nodes.push(await startNode(config, port));
    return new Site(await startProxy(name, ports), config, nodes);
  }

  /** Stops a node as a release would, and starts it again. */
  async roll(index: number): Promise<void> {
    const node = this.#nodes[index];
    if (node === undefined) throw new Error('there is no such node');
    expect(await node.stop()).toBe(0);
    this.#nodes[index] = await startNode(this.#config, node.port);
  }

  /** Resolves when the proxy has noticed that the node is back. */
  async uses(index: number): Promise<void> {
    const before = this.proxy.servedBy(index);
    await expect.poll(() => this.proxy.servedBy(index), { timeout: 10_000 }).toBeGreaterThan(before);
  }
}

function startNode(config: object, port: number): Promise<TestServer> {
  return startServer({ ...config, server: { port, trustedProxies: ['127.0.0.1'] } });
}

// The proxy's certificate signs itself, and the real clients have no option for that.
beforeEach(() => {
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
  return () => vi.unstubAllEnvs();
});

describe.each<ProxyName>(['nginx', 'haproxy'])('config/%s in front of two nodes', { timeout }, (name) => {
  beforeEach(needsOwnServer('proxies'));

  it('loses nothing while each node in turn is drained and restarted', async () => {
    const site = await Site.open(name);
    const spectators = Array.from({ length: 6 }, () => new Spectator(site.target, 'load'));
    await Promise.all(spectators.map((spectator) => spectator.arrived));
    const load = new Load('load', () => [site.target], 3);
    await site.roll(0);
    await site.uses(0);
    await expect.poll(() => spectators.every(({ isWatching }) => isWatching), { timeout: 10_000 }).toBe(true);
    await site.roll(1);
    await expect.poll(() => spectators.every(({ isWatching }) => isWatching), { timeout: 10_000 }).toBe(true);
    await load.stop();
    await trigger(site.target, { name: 'end', channel: 'load', data: '""' });
    for (const spectator of spectators) await spectator.saw('end');

    expect(load.accepted.length).toBeGreaterThan(100);
    expect(load.shots.filter(({ status }) => status !== 200)).toEqual([]);
    expect(spectators.reduce((lives, spectator) => lives + spectator.lives, 0)).toBeGreaterThan(spectators.length);
    for (const spectator of spectators) expect(spectator.faults(load.accepted)).toEqual({ missing: [], repeated: [] });
  });

  it('tells the nodes who the client is, whatever the client says of itself', async () => {
    const { target } = await Site.open(name, { limits });
    const from = (localAddress: string) => ({ localAddress, headers: { 'x-forwarded-for': '203.0.113.7' } });
    for (let times = 0; times < 4; times += 1) await Client.connect(target, from('127.0.0.2')); // two on each node
    const third = await Client.open(target, from('127.0.0.2'));
    await Client.connect(target, from('127.0.0.3'));
    expect(third.received).toEqual([]); // held, and refused after 5 s
  });

  it('serves the HTTP API and health; sends clients without TLS to TLS; shows nothing else', async () => {
    const { proxy, target } = await Site.open(name);
    await trigger(target, { name: 'hello', channel: 'news', data: '""' });
    expect(await statusOf(proxy, '/up')).toBe(200);
    for (const path of ['/', '/metrics', '/usage', '/live', '/appsx', '/.env']) expect(await statusOf(proxy, path)).toBe(404);
    expect(await redirectOf(proxy.httpPort, '/app/key?protocol=7')).toMatch(/^https:\/\/127\.0\.0\.1(:\d+)?\/app\/key\?protocol=7$/);
  });

  it('speaks TLS 1.2 or later', async () => {
    const { proxy } = await Site.open(name);
    await expect(negotiate(proxy.httpsPort, 'TLSv1.1')).rejects.toThrow();
    expect(await negotiate(proxy.httpsPort, 'TLSv1.2')).toBe('TLSv1.2');
    expect(await negotiate(proxy.httpsPort, 'TLSv1.3')).toBe('TLSv1.3');
  });

  it('logs neither queries nor tickets, which are as good as passwords', async () => {
    const { proxy, target } = await Site.open(name);
    const client = await Client.connect(target, { query: { protocol: '7', token: 'never-to-be-seen' } });
    client.drop();
    await statusOf(proxy, `/t/never-to-be-seen/app/${target.key}`);
    await expect
      .poll(() => proxy.accessLog())
      .toMatch(new RegExp(`/t/-/app/${target.key}[\\s\\S]* /app/${target.key}|/app/${target.key}[\\s\\S]*/t/-/app/${target.key}`));
    expect(proxy.accessLog()).not.toContain('never-to-be-seen');
  });
});

describe('config/fail2ban with the log of nginx', { timeout }, () => {
  beforeEach(needsOwnServer('proxies'));

  it('finds who guesses secrets of the HTTP API, and nobody else', async () => {
    const { proxy, target } = await Site.open('nginx');
    await trigger(target, { name: 'hello', channel: 'news', data: '""' });
    await Client.connect(target);
    expect(await statusOf(proxy, `/apps/${target.id}/channels?auth_key=${target.key}&auth_signature=guessed`)).toBe(401);
    for (const path of ['/apps/401/channels', '/robots.txt']) expect(await statusOf(proxy, path)).toBe(404);
    const log = join(temporaryFolder(), 'clarion.log');
    writeFileSync(log, proxy.accessLog());
    const { stdout } = spawnSync('fail2ban-regex', ['--print-all-matched', log, 'config/fail2ban/filter.d/clarion.conf'], { encoding: 'utf8' });
    expect(stdout).toMatch(/^Lines: \d+ lines, 0 ignored, 1 matched, /m);
    expect(stdout).toMatch(new RegExp(`^\\|- Matched line\\(s\\):\\n\\| +127\\.0\\.0\\.1 \\S+ "GET /apps/${target.id}/channels" 401 `, 'm'));
  });
});

async function statusOf({ httpsUrl }: FrontProxy, path: string): Promise<number> {
  const response = await fetch(httpsUrl + path);
  await response.text();
  return response.status;
}

function redirectOf(port: number, path: string): Promise<string | undefined> {
  return new Promise((done, failed) => {
    get({ host: '127.0.0.1', port, path, agent: false }, (response) => {
      response.resume();
      expect(response.statusCode).toBe(308);
      done(response.headers.location);
    }).on('error', failed);
  });
}

function negotiate(port: number, version: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3'): Promise<string | null> {
  return new Promise((done, failed) => {
    const options = { host: '127.0.0.1', port, minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0', rejectUnauthorized: false };
    const socket = connectTls(options, () => {
      done(socket.getProtocol());
      socket.destroy();
    });
    socket.on('error', failed);
  });
}
