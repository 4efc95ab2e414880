import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { freePort } from '../src/testing/free-port.ts';
import { temporaryFolder } from '../src/testing/temporary-folder.ts';
import { apps } from './support/apps.ts';
import { makeCertificate } from './support/certificate.ts';
import { runCli } from './support/cli.ts';
import { ownServer } from './support/own-server.ts';

const at = (port: number): readonly string[] => ['--host', '127.0.0.1', '--port', String(port)];

describe('clarion health', () => {
  it('ends with 0 when the server lives, and when it takes clients', async (context) => {
    const { port } = await ownServer(context, { apps: [apps.plain] });
    expect(await runCli(['health', ...at(port)])).toMatchObject({ code: 0, stderr: '' });
    const ready = await runCli(['health', '--ready', ...at(port)]);
    expect(ready).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(ready.stdout)).toMatchObject({ ready: true });
  });

  it('takes the address from the environment of the server', async (context) => {
    const { port } = await ownServer(context, { apps: [apps.plain] });
    expect(await runCli(['health'], { environment: { SOKETI_PORT: String(port) } })).toMatchObject({ code: 0 });
  });

  it('asks a server with TLS, whose certificate is for another name', async (context) => {
    const tls = makeCertificate(temporaryFolder());
    const { port } = await ownServer(context, { apps: [apps.plain], server: { tls } });
    const environment = { CLARION_SERVER_TLS_CERT_FILE: tls.certFile, CLARION_SERVER_TLS_KEY_FILE: tls.keyFile };
    expect(await runCli(['health', ...at(port)], { environment })).toMatchObject({ code: 0, stderr: '' });
  });

  it('ends with 1 and a sentence when nobody answers', async () => {
    const { code, stdout, stderr } = await runCli(['health', ...at(await freePort())]);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/live does not answer: [^\n]+\n$/);
    expect(code).toBe(1);
  });

  it('ends with 1 when the answer is no, and says what it is', async ({ onTestFinished }) => {
    const other = createServer((_request, response) => void response.writeHead(503).end('{"error":"The server is stopping"}'));
    await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
    onTestFinished(() => void other.close());
    const { code, stderr } = await runCli(['health', '--ready', ...at((other.address() as AddressInfo).port)]);
    expect(stderr).toBe('503 {"error":"The server is stopping"}\n');
    expect(code).toBe(1);
  });

  it('gives up on a port that accepts and is silent', async ({ onTestFinished }) => {
    const silent = createServer(() => undefined);
    await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done));
    onTestFinished(() => {
      silent.closeAllConnections();
      silent.close();
    });
    const { code, stderr } = await runCli(['health', '--timeout', '1', ...at((silent.address() as AddressInfo).port)]);
    expect(stderr).toContain('did not answer in 1 s');
    expect(code).toBe(1);
  });

  it('refuses a command line that makes no sense', async () => {
    expect(await runCli(['health', '--timeout', 'soon'])).toMatchObject({ code: 2 });
    expect(await runCli(['health', '--port', '0'])).toMatchObject({ code: 2 });
  });
});
