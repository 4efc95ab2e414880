import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../testing/free-port.ts';
import { createRecordedLog } from '../../testing/recorded-log.ts';
import { RedisServer } from '../../testing/redis-server.ts';
import { until } from '../../testing/until.ts';
import { RedisClient } from './client.ts';
import type { ConnectionSettings } from './settings.ts';

const password = 'a password';
let directory: string;
let files: { readonly caFile: string; readonly certFile: string; readonly keyFile: string };

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'clarion-tls-'));
  const [keyFile, certFile] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  execFileSync('openssl', ['req', '-x509', ...newKey, '-keyout', keyFile, '-out', certFile, ...subject], { stdio: 'ignore' });
  files = { caFile: certFile, certFile, keyFile };
});

afterAll(() => rm(directory, { recursive: true }));

/** Starts a server that speaks TLS on a port of its own, beside the plain one. */
async function startServer(
  asksForCertificate: boolean,
  ...args: readonly string[]
): Promise<{ readonly server: RedisServer; readonly tlsPort: number }> {
  const tlsPort = await freePort();
  const tls = ['--tls-port', String(tlsPort), '--tls-cert-file', files.certFile, '--tls-key-file', files.keyFile, '--tls-ca-cert-file', files.caFile];
  const server = await RedisServer.start({ args: [...args, ...tls, '--tls-auth-clients', asksForCertificate ? 'yes' : 'no'] });
  onTestFinished(() => server.stop());
  return { server, tlsPort };
}

async function openClient(settings: Partial<ConnectionSettings>): Promise<RedisClient> {
  const client = new RedisClient({ settings: { db: 0, ...settings }, log: createRecordedLog() });
  onTestFinished(() => client.close());
  await client.connected(5000);
  return client;
}

/** A command and a message get through. */
async function expectToWork(client: RedisClient): Promise<void> {
  expect(await client.commands.set('key', 'value')).toBe('OK');
  const received = new Promise<string>((resolve) => {
    const message = (_topic: string, payload: Buffer) => resolve(payload.toString());
    const { ready } = client.subscribe(['topic'], { up: () => {}, down: () => {}, message });
    void ready.then(() => (client.isCluster ? client.commands.spublish('topic', 'hello') : client.commands.publish('topic', 'hello')));
  });
  expect(await received).toBe('hello');
}

describe('TLS and passwords', () => {
  it('work with a rediss: URL', async () => {
    const { tlsPort } = await startServer(false, '--requirepass', password);
    const tls = { enabled: false, caFile: files.caFile };
    await expectToWork(await openClient({ url: `rediss://:${encodeURIComponent(password)}@127.0.0.1:${tlsPort}`, tls }));
  });

  it('work with a redis: URL when they are switched on, and a server that asks for a certificate', async () => {
    const { tlsPort } = await startServer(true);
    await expectToWork(await openClient({ url: `redis://127.0.0.1:${tlsPort}`, tls: { enabled: true, ...files } }));
  });

  it('work with Sentinels that have a password of their own', async () => {
    const { tlsPort } = await startServer(false, '--requirepass', password);
    const conf = join(directory, 'sentinel.conf');
    const lines = [
      `sentinel monitor group 127.0.0.1 ${tlsPort} 1`,
      `sentinel auth-pass group "${password}"`,
      'requirepass watcher',
      'tls-replication yes',
    ];
    await writeFile(conf, `${lines.join('\n')}\n`);
    const sentinelPort = await freePort();
    const tls = ['--tls-port', String(sentinelPort), '--tls-cert-file', files.certFile, '--tls-key-file', files.keyFile, '--tls-auth-clients', 'no'];
    const args = [conf, '--sentinel', ...tls, '--tls-ca-cert-file', files.caFile];
    const sentinel = await RedisServer.start({ args, readyLine: /\+monitor master/ });
    onTestFinished(() => sentinel.stop());
    const { caFile } = files;
    const group = { name: 'group', nodes: [`127.0.0.1:${sentinelPort}`], password: 'watcher' };
    await expectToWork(await openClient({ sentinel: group, password, tls: { enabled: true, caFile } }));
  });

  it('work with a Cluster', async () => {
    const announced = ['--cluster-announce-ip', '127.0.0.1', '--cluster-port', String(await freePort())];
    const { server, tlsPort } = await startServer(false, '--requirepass', password, '--cluster-enabled', 'yes', '--tls-cluster', 'yes', ...announced);
    await ownAllSlots(server);
    const { caFile } = files;
    await expectToWork(await openClient({ cluster: { nodes: [`127.0.0.1:${tlsPort}`] }, password, tls: { enabled: true, caFile } }));
  });

  it('refuse a server whose certificate nobody vouches for', async () => {
    const { tlsPort } = await startServer(false);
    const client = new RedisClient({ settings: { url: `rediss://127.0.0.1:${tlsPort}`, db: 0 }, log: createRecordedLog() });
    await expect(client.connected(500)).rejects.toThrow(/self-signed certificate/);
    client.close();
  });

  it('name the file that cannot be read', () => {
    const tls = { enabled: true, caFile: join(directory, 'missing.pem') };
    expect(() => new RedisClient({ settings: { url: 'redis://127.0.0.1', tls, db: 0 }, log: createRecordedLog() })).toThrow(/missing\.pem/);
  });
});

async function ownAllSlots({ port }: RedisServer): Promise<void> {
  const redis = new Redis({ port, host: '127.0.0.1', password });
  await redis.cluster('ADDSLOTSRANGE', 0, 16_383);
  await until(async () => String(await redis.cluster('INFO')).includes('cluster_state:ok') || undefined);
  redis.disconnect();
}
