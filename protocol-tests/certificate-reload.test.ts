import { readFileSync, writeFileSync } from 'node:fs';
import { connect, type SecureVersion, type TLSSocket } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../src/testing/temporary-folder.ts';
import { api, trigger } from './support/api.ts';
import { apps } from './support/apps.ts';
import { makeCertificate } from './support/certificate.ts';
import { Client } from './support/client.ts';
import { ownServer } from './support/own-server.ts';
import { parseLog, type TestServer } from './support/server.ts';
import { targetAt } from './support/target.ts';

/** Connects with TLS and looks at what the server shows. */
function handshake(port: number, version?: SecureVersion): Promise<{ readonly serialNumber: string; readonly protocol: string | null }> {
  return new Promise((resolve, reject) => {
    const versions = version === undefined ? {} : { minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' };
    const socket: TLSSocket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...versions }, () => {
      resolve({ serialNumber: socket.getPeerCertificate().serialNumber, protocol: socket.getProtocol() });
      socket.destroy();
    });
    socket.on('error', reject);
    onTestFinished(() => void socket.destroy());
  });
}

const serialNumber = async ({ port }: TestServer) => (await handshake(port)).serialNumber;
const says = (server: TestServer, message: string) => server.line((line) => parseLog(line)?.msg === message);
const secure = ({ port }: TestServer) => targetAt(`https://127.0.0.1:${port}`, apps.plain);

describe('the certificate (clause 1.1)', () => {
  it('is read again on SIGHUP: new connections get it, open ones live on, and both hear each other', async (context) => {
    const folder = temporaryFolder();
    const tls = makeCertificate(folder);
    const server = await ownServer(context, { apps: [apps.plain], server: { tls } });
    const old = await Client.connect(secure(server), { certificate: readFileSync(tls.certFile, 'utf8') });
    await old.subscribe('private-room');
    const before = await serialNumber(server);
    makeCertificate(folder);
    process.kill(server.pid, 'SIGHUP');
    await says(server, 'certificate reloaded');
    expect(await serialNumber(server)).not.toBe(before);
    const fresh = await Client.connect(secure(server), { certificate: readFileSync(tls.certFile, 'utf8') });
    await fresh.subscribe('private-room');
    old.send({ event: 'client-from-old', channel: 'private-room', data: '1' });
    expect(await fresh.next()).toMatchObject({ event: 'client-from-old' });
    fresh.send({ event: 'client-from-new', channel: 'private-room', data: '2' });
    expect(await old.next()).toMatchObject({ event: 'client-from-new' });
    await old.quiet();
    await fresh.quiet();
  });

  it('is read again when its files change, and a useless one is not taken', async (context) => {
    const folder = temporaryFolder();
    const tls = makeCertificate(folder);
    const server = await ownServer(context, { apps: [apps.plain], server: { tls } });
    const before = await serialNumber(server);
    const { certFile, keyFile } = makeCertificate(temporaryFolder());
    writeFileSync(tls.certFile, readFileSync(certFile)); // whose key is another one
    await says(server, 'the certificate could not be reloaded');
    expect(await serialNumber(server)).toBe(before);
    writeFileSync(tls.keyFile, readFileSync(keyFile));
    await says(server, 'certificate reloaded');
    expect(await serialNumber(server)).not.toBe(before);
  });

  it.for<SecureVersion>(['TLSv1', 'TLSv1.1'])('is not shown over %s', async (version, context) => {
    const server = await ownServer(context, { apps: [apps.plain], server: { tls: makeCertificate(temporaryFolder()) } });
    await expect(handshake(server.port, version)).rejects.toThrow(/protocol version/);
    for (const fine of ['TLSv1.2', 'TLSv1.3'] as const) expect((await handshake(server.port, fine)).protocol).toBe(fine);
  });

  it('is of no concern to a server without TLS, which lives on after SIGHUP', async (context) => {
    const server = await ownServer(context, { apps: [apps.plain] });
    const target = targetAt(server.httpUrl, apps.plain);
    const client = await Client.connect(target);
    process.kill(server.pid, 'SIGHUP');
    await server.line((line) => parseLog(line)?.msg?.toString().startsWith('nothing to reload') === true);
    await client.subscribe('room');
    await trigger(target, { name: 'x', data: '1', channel: 'room' });
    expect(await client.next()).toMatchObject({ event: 'x' });
    expect((await api(target, 'GET', '/channels')).status).toBe(200);
  });
});
