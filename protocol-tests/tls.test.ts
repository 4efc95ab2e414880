import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { apps } from './support/apps.ts';
import { Client } from './support/client.ts';
import { startServer } from './support/server.ts';
import { needsOwnServer, targetAt } from './support/target.ts';

/** Makes a certificate for 127.0.0.1 that signs itself. */
function makeCertificate(folder: string) {
  const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')] as const;
  const kind = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const { status, stderr } = spawnSync('openssl', [...kind, ...subject, '-keyout', keyFile, '-out', certFile]);
  if (status !== 0) throw new Error(`openssl failed: ${stderr}`);
  return { certFile, keyFile };
}

it('serves wss with the configured certificate (clause 1.1)', async (context) => {
  needsOwnServer('a certificate')(context);
  const folder = mkdtempSync(join(tmpdir(), 'clarion-tls-'));
  context.onTestFinished(() => rmSync(folder, { recursive: true }));
  const tls = makeCertificate(folder);
  const server = await startServer({ apps: [apps.plain], server: { tls } });
  context.onTestFinished(async () => void (await server.stop()));
  const secure = targetAt(server.httpUrl.replace('http:', 'https:'), apps.plain);
  const client = await Client.connect(secure, { certificate: readFileSync(tls.certFile, 'utf8') });
  await client.subscribe('private-room');
  await client.quiet();
  await expect(Client.connect(targetAt(server.httpUrl, apps.plain))).rejects.toThrow();
});
