import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Pusher from 'pusher';
import { onTestFinished } from 'vitest';
import type { Certificate, HttpReceiver, ReceivedRequest } from '../../src/testing/http-receiver.ts';
import { parseLog, type StartOptions, startServer, type TestServer } from './server.ts';
import { type Credentials, targetAt } from './target.ts';

/** An event as a receiver reads it. */
export interface Told {
  readonly id: string;
  readonly name: string;
  readonly channel: string;
}

/** The app whose webhooks are received. */
export const hooked = { id: '77', key: 'hooked-key', secret: 'hooked-secret' };

/** What the SDK for Node reads; throws when an application would refuse the webhook. */
export function readWithSdk({ headers, body }: ReceivedRequest, { id, key, secret }: Credentials): readonly Told[] {
  const sdk = new Pusher({ appId: id, key, secret, cluster: '' });
  const webhook = sdk.webhook({ headers, rawBody: body } as Parameters<typeof sdk.webhook>[0]);
  if (!webhook.isValid()) throw new Error(`The SDK refuses ${body}`);
  return webhook.getEvents() as unknown as readonly Told[];
}

/** What was told of a channel at a path so far, without ids. */
export function toldOf(receiver: HttpReceiver, channel: string, path = '/all'): readonly object[] {
  return receiver.requests
    .filter((request) => request.path === path)
    .flatMap((request) => readWithSdk(request, hooked))
    .filter((event) => event.channel === channel)
    .map(({ id: _id, ...event }) => event);
}

/** A server of this test's own with one endpoint, and a folder for its dead letters. */
export async function startWithEndpoint(receiver: HttpReceiver, webhooks: object, options?: StartOptions) {
  const folder = mkdtempSync(join(tmpdir(), 'clarion-webhooks-'));
  const config = { apps: [{ ...hooked, webhooks: [{ url: receiver.url('/all') }] }], webhooks, drain: { windowSeconds: 2 } };
  const configFile = join(folder, 'clarion.json');
  writeFileSync(configFile, JSON.stringify(config));
  const server = await startServer(config, options);
  onTestFinished(async () => {
    await server.stop('SIGKILL');
    await receiver.close();
    rmSync(folder, { recursive: true });
  });
  return { server, target: targetAt(server.httpUrl, hooked), folder, configFile };
}

/** Says in which words a webhook was given up. */
export async function givenUp(server: TestServer): Promise<string> {
  const line = await server.line((text) => parseLog(text)?.msg === 'webhook given up');
  return String(parseLog(line)?.reason);
}

/** A certificate for 127.0.0.1 that signs itself. */
export function makeCertificate(folder: string, name: string): Certificate {
  const [certFile, keyFile] = [join(folder, `${name}.pem`), join(folder, `${name}-key.pem`)] as const;
  const kind = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1'];
  const { status, stderr } = spawnSync('openssl', [...kind, ...subject, '-keyout', keyFile, '-out', certFile]);
  if (status !== 0) throw new Error(`openssl failed: ${stderr}`);
  return { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
}
