import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../src/testing/temporary-folder.ts';
import { apps } from './support/apps.ts';
import { makeCertificate } from './support/certificate.ts';
import { Client } from './support/client.ts';
import { startServer } from './support/server.ts';
import { needsOwnServer, targetAt } from './support/target.ts';

it('serves wss with the configured certificate (clause 1.1)', async (context) => {
  needsOwnServer('a certificate')(context);
  const tls = makeCertificate(temporaryFolder());
  const server = await startServer({ apps: [apps.plain], server: { tls } });
  context.onTestFinished(async () => void (await server.stop()));
  const secure = targetAt(server.httpUrl.replace('http:', 'https:'), apps.plain);
  const client = await Client.connect(secure, { certificate: readFileSync(tls.certFile, 'utf8') });
  await client.subscribe('private-room');
  await client.quiet();
  await expect(Client.connect(targetAt(server.httpUrl, apps.plain))).rejects.toThrow();
});
