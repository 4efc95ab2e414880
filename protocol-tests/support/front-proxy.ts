import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { freePort } from '../../src/testing/free-port.ts';
import { temporaryFolder } from '../../src/testing/temporary-folder.ts';
import { makeCertificate } from './certificate.ts';
import { withServers } from './system-packages.ts';

/** A real proxy with one of our configuration files, in front of nodes. */
export interface FrontProxy {
  readonly httpsUrl: string;
  /** Where it speaks without TLS, to send clients to the other port. */
  readonly httpPort: number;
  readonly httpsPort: number;
  /** What it has logged of requests so far. */
  accessLog(): string;
  /** How many requests a node has answered, by its place among the nodes. WebSockets count when they are over. */
  servedBy(node: number): number;
}

export type ProxyName = 'nginx' | 'haproxy';

interface Places {
  readonly folder: string;
  readonly httpPort: number;
  readonly httpsPort: number;
  readonly nodePorts: readonly number[];
}

/** How the file of each proxy is made to fit this machine: addresses, files and rights, never what it does. */
const proxies: Readonly<Record<ProxyName, (places: Places) => readonly string[]>> = { nginx: nginxCommand, haproxy: haproxyCommand };

/** Starts the proxy in front of two nodes. It ends with the test. */
export async function startProxy(name: ProxyName, nodePorts: readonly number[]): Promise<FrontProxy> {
  const folder = temporaryFolder();
  const places = { folder, httpPort: await freePort(), httpsPort: await freePort(), nodePorts };
  const [program = '', ...args] = proxies[name](places);
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: withServers() });
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => void said.push(text));
  onTestFinished(() => stop(child));
  await listening(child, places.httpsPort, said);
  const accessLog = (): string => (name === 'nginx' ? readFileSync(join(folder, 'access.log'), 'utf8') : said.join(''));
  return {
    httpsUrl: `https://127.0.0.1:${places.httpsPort}`,
    httpPort: places.httpPort,
    httpsPort: places.httpsPort,
    accessLog,
    // nginx names the address last, or all that were tried; HAProxy the server.
    servedBy: (node) =>
      accessLog().match(name === 'nginx' ? new RegExp(`:${nodePorts[node]}$`, 'gm') : new RegExp(`/node${node + 1} `, 'g'))?.length ?? 0,
  };
}

function nginxCommand({ folder, httpPort, httpsPort, nodePorts }: Places): readonly string[] {
  const { certFile, keyFile } = makeCertificate(folder);
  const [first, second] = nodePorts;
  const site = replaceAll(readFileSync('config/nginx/clarion.conf', 'utf8'), [
    ['10.0.0.11:6001', `127.0.0.1:${first}`],
    ['10.0.0.12:6001', `127.0.0.1:${second}`],
    ['listen 443 ssl;', `listen 127.0.0.1:${httpsPort} ssl;`],
    ['listen 80;', `listen 127.0.0.1:${httpPort};`],
    ['  listen [::]:443 ssl;\n', ''],
    ['  listen [::]:80;\n', ''],
    ['/etc/ssl/clarion/fullchain.pem', certFile],
    ['/etc/ssl/clarion/privkey.pem', keyFile],
    ['/var/log/nginx/clarion.log', join(folder, 'access.log')],
  ]);
  writeFileSync(join(folder, 'clarion.conf'), site);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${join(folder, kind)};`).join('\n');
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  writeFileSync(
    join(folder, 'nginx.conf'),
    `${user} daemon off; worker_processes 2; pid ${join(folder, 'pid')}; error_log stderr notice; events {} http { access_log off; ${temporary} include clarion.conf; }`,
  );
  return ['nginx', '-p', folder, '-e', 'stderr', '-c', join(folder, 'nginx.conf')];
}

function haproxyCommand({ folder, httpPort, httpsPort, nodePorts }: Places): readonly string[] {
  const { certFile, keyFile } = makeCertificate(folder);
  const bundle = join(folder, 'clarion.pem');
  writeFileSync(bundle, readFileSync(certFile, 'utf8') + readFileSync(keyFile, 'utf8'));
  const [first, second] = nodePorts;
  const file = join(folder, 'haproxy.cfg');
  const text = replaceAll(readFileSync('config/haproxy/haproxy.cfg', 'utf8'), [
    ['10.0.0.11:6001', `127.0.0.1:${first}`],
    ['10.0.0.12:6001', `127.0.0.1:${second}`],
    ['bind :443 ssl', `bind 127.0.0.1:${httpsPort} ssl`],
    ['bind :80', `bind 127.0.0.1:${httpPort}`],
    ['/etc/ssl/clarion/clarion.pem', bundle],
    ['log /dev/log local0', 'log stdout format raw local0'],
    ['maxconn 100000', 'maxconn 400'],
  ]);
  writeFileSync(file, text);
  return ['haproxy', '-db', '-f', file];
}

/** Each part has to be there: a file that was changed must not be tested with the addresses of its example. */
function replaceAll(text: string, parts: readonly (readonly [part: string, by: string])[]): string {
  return parts.reduce((changed, [part, by]) => {
    if (!changed.includes(part)) throw new Error(`The configuration file does not contain ${part}`);
    return changed.replaceAll(part, by);
  }, text);
}

async function listening(child: ChildProcess, port: number, said: readonly string[]): Promise<void> {
  while (!(await accepts(port))) {
    if (child.exitCode !== null) throw new Error(`The proxy ended with ${child.exitCode}:\n${said.join('')}`);
    await pause(20);
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', () => done(false));
    socket.once('connect', () => {
      socket.destroy();
      done(true);
    });
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'close');
}
