import Pusher from 'pusher-js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { apps } from './support/apps.ts';
import { Client } from './support/client.ts';
import { ownServer } from './support/own-server.ts';
import { errorFrame } from './support/refusal.ts';
import { targetAt } from './support/target.ts';

const { plain } = apps;

/** The status of a handshake that is not upgraded; 101 for one that is. */
function statusOf(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    onTestFinished(() => socket.terminate());
    socket.on('open', () => resolve(101));
    socket.on('unexpected-response', (request, response) => {
      resolve(response.statusCode ?? 0);
      request.destroy();
    });
    socket.on('error', reject);
  });
}

describe('handshakes above the rate of a node', () => {
  it('wait for connection_established in order, and all are served', async (context) => {
    const limits = { handshakesPerSecond: 100, handshakeBurst: 50 };
    const server = await ownServer(context, { apps: [plain], limits });
    const target = targetAt(server.httpUrl, plain);
    const startedAt = performance.now();
    const clients = await Promise.all(Array.from({ length: 400 }, () => Client.connect(target)));
    expect(performance.now() - startedAt).toBeGreaterThan(3000); // 350 of them at 100 a second
    for (const client of clients.slice(0, 10)) await client.quiet();
  });

  it('are answered 503 before the upgrade only when the queue is full', async (context) => {
    const limits = { handshakesPerSecond: 10, handshakeBurst: 5, handshakeQueueSeconds: 2 };
    const server = await ownServer(context, { apps: [plain], limits });
    const target = targetAt(server.httpUrl, plain);
    const statuses = await Promise.all(Array.from({ length: 60 }, () => statusOf(target.wsUrl())));
    expect(statuses.filter((status) => status === 101).length).toBeGreaterThanOrEqual(25);
    expect(statuses.filter((status) => status === 503).length).toBeGreaterThan(0);
    expect(new Set(statuses)).toEqual(new Set([101, 503]));
  });

  it('leave their place to others when they give up', async (context) => {
    const limits = { handshakesPerSecond: 1, handshakeBurst: 1, handshakeQueueSeconds: 3 };
    const server = await ownServer(context, { apps: [plain], limits });
    const target = targetAt(server.httpUrl, plain);
    await Client.connect(target);
    const waiting = await Promise.all([1, 2, 3].map(() => Client.open(target)));
    expect(await statusOf(target.wsUrl())).toBe(503);
    for (const client of waiting) await client.close();
    await Client.connect(target);
  });

  it('that still wait are sent away with 4100 when the server stops', async (context) => {
    const limits = { handshakesPerSecond: 1, handshakeBurst: 1, handshakeQueueSeconds: 60 };
    const server = await ownServer(context, { apps: [plain], limits });
    const target = targetAt(server.httpUrl, plain);
    await Client.connect(target);
    const waiting = await Promise.all(Array.from({ length: 10 }, () => Client.open(target)));
    const stopped = server.stop();
    for (const client of waiting.slice(5)) {
      expect(await client.next()).toEqual(errorFrame(4100));
      expect((await client.closed).code).toBe(4100);
    }
    expect(await stopped).toBe(0);
  });
});

describe('connections above the rate of their address', () => {
  const limits = { handshakesPerSecondPerIp: 5 };
  const server = { trustedProxies: ['127.0.0.1'] };
  const ann = { headers: { 'x-forwarded-for': '203.0.113.7' } };
  const ben = { headers: { 'x-forwarded-for': '203.0.113.8' } };

  it('are held for 5 s, then sent away with 4100, and others do not notice', async (context) => {
    const own = await ownServer(context, { apps: [plain], limits, server });
    const target = targetAt(own.httpUrl, plain);
    const clients = await Promise.all(Array.from({ length: 20 }, () => Client.open(target, ann)));
    const startedAt = performance.now();
    await Client.connect(target, ben);
    const first = await Promise.race(clients.map((client) => client.closed));
    expect(first.code).toBe(4100);
    const refused = clients.filter(({ received }) => !received[0]?.includes('connection_established'));
    expect(refused.length).toBeGreaterThanOrEqual(10);
    for (const client of refused) {
      expect((await client.closed).code).toBe(4100);
      expect(await client.next()).toEqual(errorFrame(4100));
    }
    expect(performance.now() - startedAt).toBeGreaterThan(4500);
    await Client.connect(target, ann);
  });
});

describe('a storm of clients that come back', () => {
  /** 5,000 take a minute of two processors; a small crowd meets a small burst, so that most of it has to wait too. */
  const crowd = Number(process.env.CLARION_STORM_CLIENTS ?? 200);

  it('is absorbed: every pusher-js client is connected again', { timeout: 120_000 }, async (context) => {
    const limits = crowd >= 2000 ? {} : { handshakeBurst: 50 };
    const own = await ownServer(context, { apps: [plain], limits });
    const states = new Map<Pusher, string>();
    const clients = Array.from({ length: crowd }, () => {
      const options = { cluster: '', wsHost: own.host, wsPort: own.port, forceTLS: false, enabledTransports: ['ws' as const], disableStats: true };
      const client = new Pusher(plain.key, options);
      client.connection.bind('state_change', ({ current }: { readonly current: string }) => states.set(client, current));
      return client;
    });
    context.onTestFinished(() => {
      for (const client of clients) client.disconnect();
    });
    const connected = () => clients.filter((client) => states.get(client) === 'connected').length;
    await expect.poll(connected, { timeout: 60_000, interval: 100 }).toBe(crowd);
    for (const client of clients) cut(client);
    await expect.poll(connected, { timeout: 5000, interval: 10 }).toBeLessThan(crowd);
    await expect.poll(connected, { timeout: 60_000, interval: 100 }).toBe(crowd);
  });
});

/** Drops the TCP connection of a pusher-js client, as a network does. */
function cut(client: Pusher): void {
  const { connection } = client.connection as unknown as { readonly connection: { readonly transport: { readonly socket: { close(): void } } } };
  connection.transport.socket.close();
}
