import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { apps } from './support/apps.ts';
import { Client } from './support/client.ts';
import { ownServer } from './support/own-server.ts';
import { refusedWith } from './support/refused.ts';
import { type Target, targetAt } from './support/target.ts';

/** Two connections per address; the third is refused after a hold, which a test need not wait for. */
const limits = { connectionsPerIp: 2 };
const config = { apps: [apps.plain], limits };

const from = (...addresses: readonly string[]) => ({ headers: { 'x-forwarded-for': addresses.join(', ') } });

/** Whether a further connection with these headers is served at once. */
async function isServed(target: Target, options: { readonly headers?: Record<string, string> }): Promise<boolean> {
  const client = await Client.open(target, options);
  client.send({ event: 'pusher:ping', data: {} });
  const first = await Promise.race([client.next('pusher:connection_established').then(() => true), held(client)]);
  return first;
}

/** A held socket answers nothing, so another connection's round trip on the same server shows that there would have been time. */
async function held(client: Client): Promise<boolean> {
  await client.ping('still there');
  return client.received.length > 0;
}

describe('without trusted proxies', () => {
  it('no header is believed, and peers on loopback have no limits per address', async (context) => {
    const server = await ownServer(context, config);
    const target = targetAt(server.httpUrl, apps.plain);
    for (let times = 0; times < 5; times += 1) await Client.connect(target, from('203.0.113.7'));
  });
});

describe('behind a trusted proxy', () => {
  const proxied = { ...config, server: { trustedProxies: ['127.0.0.1', '10.0.0.0/8', '2001:db8:ffff::/48'] } };

  it('connections count for the address that the proxy names', async (context) => {
    const server = await ownServer(context, proxied);
    const target = targetAt(server.httpUrl, apps.plain);
    for (let times = 0; times < 2; times += 1) await Client.connect(target, from('203.0.113.7'));
    expect(await isServed(target, from('203.0.113.7'))).toBe(false);
    expect(await isServed(target, from('203.0.113.8'))).toBe(true);
  });

  it.for<readonly [string, readonly string[], readonly string[]]>([
    ['an address that the client made up', ['198.51.100.1', '203.0.113.7'], ['198.51.100.2', '203.0.113.7']],
    ['another trusted proxy between', ['203.0.113.7', '10.1.2.3'], ['203.0.113.7']],
    ['a trusted IPv6 proxy between', ['203.0.113.7', '2001:db8:ffff::1'], ['203.0.113.7']],
    ['a port', ['203.0.113.7:4711'], ['203.0.113.7:4712']],
    ['IPv4 mapped into IPv6', ['::ffff:203.0.113.7'], ['::ffff:cb00:7107']],
    ['another host of the same IPv6 network', ['2001:db8:1:2::1'], ['2001:db8:1:2:ffff::2']],
    ['garbage before it', ['"><script>', '203.0.113.7'], ['unknown', '203.0.113.7']],
  ])('the right-most address that is no proxy counts: %s', async ([, first, second], context) => {
    const server = await ownServer(context, proxied);
    const target = targetAt(server.httpUrl, apps.plain);
    await Client.connect(target, from(...first));
    await Client.connect(target, from(...second));
    expect(await isServed(target, from(...first))).toBe(false);
  });

  it('a second header counts, as some proxies write one of their own behind that of the client', async (context) => {
    const server = await ownServer(context, proxied);
    const target = targetAt(server.httpUrl, apps.plain);
    const open = (forged: string) => rawHandshake(server.port, `X-Forwarded-For: ${forged}\r\nX-Forwarded-For: 203.0.113.7\r\n`);
    expect(await open('198.51.100.1')).toContain('connection_established');
    expect(await open('198.51.100.2')).toContain('connection_established');
    expect(await isServed(target, from('203.0.113.7'))).toBe(false);
  });

  it('the proxy itself, which checks whether the server lives, has no limits', async (context) => {
    const server = await ownServer(context, proxied);
    const target = targetAt(server.httpUrl, apps.plain);
    for (let times = 0; times < 5; times += 1) await Client.connect(target);
  });

  it('the PROXY protocol, version 2, is believed', async (context) => {
    const server = await ownServer(context, proxied);
    const target = targetAt(server.httpUrl, apps.plain);
    for (let times = 0; times < 2; times += 1) {
      expect(await rawHandshake(server.port, '', proxyHeader([203, 0, 113, 9]))).toContain('connection_established');
    }
    expect(await isServed(target, from('203.0.113.9'))).toBe(false);
  });
});

it('the PROXY protocol is not believed from a peer that is not in the list', async (context) => {
  const server = await ownServer(context, { ...config, server: { trustedProxies: ['192.0.2.1'] } });
  const claims = [1, 2, 3].map((host) => rawHandshake(server.port, '', proxyHeader([203, 0, 113, host])));
  const answers = await Promise.all(claims.map((claim) => Promise.race([claim, quietly(server.port)])));
  expect(answers.filter((answer) => answer.includes('connection_established'))).toHaveLength(2); // all three are 127.0.0.1
});

describe('an app for clients with TLS only (clause 1.4)', () => {
  const secure = { id: 'secure', key: 'secure-key', secret: 's', tlsOnly: true };

  it('sends others away with 4000, on which they come back with TLS', async (context) => {
    const server = await ownServer(context, { apps: [secure] });
    expect(await refusedWith(targetAt(server.httpUrl, secure))).toBe(4000);
  });

  it('serves those of whom a trusted proxy says that they have it', async (context) => {
    const server = await ownServer(context, { apps: [secure], server: { trustedProxies: ['127.0.0.1'] } });
    const target = targetAt(server.httpUrl, secure);
    await Client.connect(target, { headers: { 'x-forwarded-proto': 'https' } });
    expect(await refusedWith(target, { headers: { 'x-forwarded-proto': 'http' } })).toBe(4000);
  });

  it('does not send away at once who may have TLS already and would come back in a loop', async (context) => {
    const server = await ownServer(context, { apps: [secure] });
    const target = targetAt(server.httpUrl, secure);
    expect(await isServed(target, { headers: { 'x-forwarded-proto': 'https' } })).toBe(false);
  });
});

/** Upgrades by hand and resolves with all that arrives until the first WebSocket frame, or until the test ends. */
function rawHandshake(port: number, headers: string, before: Buffer = Buffer.alloc(0)): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    let received = '';
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      if (received.includes('}')) resolve(received);
    });
    const head = `GET /app/${apps.plain.key}?protocol=7 HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n`;
    socket.write(
      Buffer.concat([before, Buffer.from(`${head}Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${headers}\r\n`)]),
    );
  });
}

/** Resolves after a few requests on the server, in which a handshake would long have been answered. */
async function quietly(port: number): Promise<string> {
  for (let times = 0; times < 20; times += 1) await (await fetch(`http://127.0.0.1:${port}/up`)).text();
  return 'held';
}

/** A header of the PROXY protocol, version 2, for a TCP connection over IPv4. */
function proxyHeader(source: readonly [number, number, number, number]): Buffer {
  const signature = Buffer.from('0d0a0d0a000d0a515549540a', 'hex');
  const addresses = Buffer.from([...source, 127, 0, 0, 1, 0x12, 0x34, 0x17, 0x71]);
  return Buffer.concat([signature, Buffer.from([0x21, 0x11, 0, addresses.length]), addresses]);
}
