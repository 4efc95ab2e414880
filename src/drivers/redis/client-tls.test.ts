import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort } from '../../testing/free-port.ts';
import { createRecordedLog } from '../../testing/recorded-log.ts';
import { RedisServer } from '../../testing/redis-server.ts';
import { RedisClient } from './client.ts';

let directory: string;
let server: RedisServer;
let tlsPort: number;
let ca: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'clarion-tls-'));
  const [key, certificate] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  execFileSync('openssl', ['req', '-x509', ...newKey, '-keyout', key, '-out', certificate, ...subject], { stdio: 'ignore' });
  ca = await readFile(certificate, 'utf8');
  tlsPort = await freePort();
  const files = ['--tls-cert-file', certificate, '--tls-key-file', key, '--tls-ca-cert-file', certificate];
  server = await RedisServer.start({ args: ['--tls-port', String(tlsPort), '--tls-auth-clients', 'no', ...files] });
});

afterAll(async () => {
  await server.stop();
  await rm(directory, { recursive: true });
});

it('speaks TLS to a rediss: URL', async () => {
  const client = new RedisClient({ settings: { url: `rediss://127.0.0.1:${tlsPort}`, db: 0 }, tls: { ca }, log: createRecordedLog() });
  await client.connected(5000);
  expect(await client.commands.ping()).toBe('PONG');
  client.close();
});

it('refuses a server whose certificate nobody vouches for', async () => {
  const client = new RedisClient({ settings: { url: `rediss://127.0.0.1:${tlsPort}`, db: 0 }, log: createRecordedLog() });
  await expect(client.connected(500)).rejects.toThrow(/self-signed certificate/);
  client.close();
});
