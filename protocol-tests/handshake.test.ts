import { beforeEach, describe, expect, it } from 'vitest';
import { apps } from './support/apps.ts';
import { Client, dataOf } from './support/client.ts';
import { startServer } from './support/server.ts';
import { needsOwnServer, pusherJsQuery, sharedApp, type Target, targetAt } from './support/target.ts';

const plain = sharedApp('plain');

/** Connects to be refused, and returns the code of the error frame, which must be the first one, and of the close frame. */
async function refusal(target: Target, query = pusherJsQuery) {
  const client = await Client.open(target, { query });
  const frame = await client.next();
  expect(frame).toEqual({ event: 'pusher:error', data: { code: expect.any(Number), message: expect.any(String) } });
  const { code, reason } = await client.closed;
  expect(Buffer.byteLength(reason)).toBeLessThanOrEqual(123);
  return { frame: (frame.data as { code: number }).code, close: code };
}

describe('the first frame (clause 1.2)', () => {
  it('is connection_established with a string of JSON', async () => {
    const client = await Client.open(plain);
    const frame = await client.next();
    expect(frame).toEqual({ event: 'pusher:connection_established', data: expect.any(String) });
    expect(dataOf(frame)).toEqual({ socket_id: expect.stringMatching(/^\d+\.\d+$/), activity_timeout: expect.any(Number) });
    expect(dataOf(frame).activity_timeout).toBeGreaterThan(0);
  });

  it('gives every connection a socket id of its own', async () => {
    const clients = await Promise.all(Array.from({ length: 50 }, () => Client.connect(plain)));
    expect(new Set(clients.map((client) => client.socketId)).size).toBe(50);
  });

  it('is the first one even when the client speaks first', async () => {
    const client = await Client.open(plain);
    client.requestSubscription('room');
    expect(await client.next()).toMatchObject({ event: 'pusher:connection_established' });
    expect(await client.next()).toMatchObject({ event: 'pusher_internal:subscription_succeeded' });
  });

  it('tells the configured activity timeout, 30 seconds by default', async (context) => {
    needsOwnServer('known timeouts')(context);
    const established = async (target: Target) => dataOf(await (await Client.open(target)).next()).activity_timeout;
    expect(await established(plain)).toBe(30);
    expect(await established(sharedApp('impatient'))).toBe(1);
  });
});

describe('the connection URL (clause 1.1)', () => {
  it.each(['4', '5', '6', '7'])('accepts protocol %s', async (protocol) => {
    const client = await Client.connect(plain, { query: { ...pusherJsQuery, protocol } });
    await client.quiet();
  });

  it('takes an absent protocol for the current one', async () => {
    await Client.connect(plain, { query: {} });
  });

  it.each(['seven', '7.5', '7a', ''])('refuses protocol "%s", which is not an integer, with 4006', async (protocol) => {
    expect(await refusal(plain, { ...pusherJsQuery, protocol })).toEqual({ frame: 4006, close: 4006 });
  });

  it.each(['1', '3', '8', '700'])('refuses protocol %s, which is not supported, with 4007', async (protocol) => {
    expect(await refusal(plain, { ...pusherJsQuery, protocol })).toEqual({ frame: 4007, close: 4007 });
  });

  it('ignores parameters that it does not know', async () => {
    await Client.connect(plain, { query: { ...pusherJsQuery, t: '1', ['__proto__']: 'x', client: undefined } });
  });

  it('accepts any origin, and none', async () => {
    await Client.connect(plain, { headers: { origin: 'https://elsewhere.example' } });
    await Client.connect(plain, { headers: { origin: 'null' } });
    await Client.connect(plain);
  });

  it('accepts 12 KB of cookies, as applications on the same host set them', async () => {
    await Client.connect(plain, { headers: { cookie: `laravel_session=${'x'.repeat(12_000)}` } });
  });

  it('serves clients that offer permessage-deflate', async () => {
    const client = await Client.connect(plain, { compress: true });
    await client.quiet();
  });

  it('works below the configured path prefix', async (context) => {
    needsOwnServer('a path prefix')(context);
    const server = await startServer({ apps: [apps.plain], server: { path: '/socket/server' } });
    context.onTestFinished(async () => void (await server.stop()));
    const client = await Client.connect(targetAt(`${server.httpUrl}/socket/server`, apps.plain));
    await client.quiet();
  });
});

describe('refusals at the handshake (clause 1.4)', () => {
  it.each(['no-such-key', '__proto__', 'constructor', '%00', '%22%ff', 'x'.repeat(500)])(
    'refuses the unknown key %.20s with 4001 after a successful upgrade',
    async (key) => {
      expect(await refusal(targetAt(plain.httpUrl, { ...plain, key }))).toEqual({ frame: 4001, close: 4001 });
    },
  );

  it('refuses an unknown path with 4005 after a successful upgrade', async () => {
    const nowhere: Target = { ...plain, wsUrl: () => `${plain.httpUrl.replace(/^http/, 'ws')}/nowhere` };
    expect(await refusal(nowhere)).toEqual({ frame: 4005, close: 4005 });
  });

  it('answers a request that is no WebSocket handshake with a client error', async () => {
    const { status } = await fetch(`${plain.httpUrl}/app/${plain.key}?protocol=7`);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
  });

  describe('of configured apps', () => {
    beforeEach(needsOwnServer('apps of several kinds'));

    it('refuses a disabled app with 4003', async () => {
      expect(await refusal(sharedApp('disabled'))).toEqual({ frame: 4003, close: 4003 });
    });

    it('refuses and closes a connection over the quota with 4004, and accepts one again when another has left', async () => {
      const quota = sharedApp('quota');
      const first = await Client.connect(quota);
      const second = await Client.connect(quota);
      expect(await refusal(quota)).toEqual({ frame: 4004, close: 4004 });
      expect(await refusal(quota)).toEqual({ frame: 4004, close: 4004 });
      await first.close();
      const third = await Client.connect(quota);
      await third.quiet();
      await second.quiet();
      await Promise.all([second.close(), third.close()]);
    });

    it('accepts every key of an app but the revoked one', async () => {
      const { keys } = apps.rotated;
      const [active, verifyOnly, revoked] = keys.map((key) => targetAt(plain.httpUrl, { ...key, id: 'rotated' }));
      if (active === undefined || verifyOnly === undefined || revoked === undefined) throw new Error('three keys are configured');
      await (await Client.connect(active)).quiet();
      await (await Client.connect(verifyOnly)).quiet();
      expect(await refusal(revoked)).toEqual({ frame: 4001, close: 4001 });
    });
  });
});

describe('the close of a connection (clause 1.4)', () => {
  it('echoes the code of a client that leaves', async () => {
    const client = await Client.connect(plain);
    expect((await client.close(1000)).code).toBe(1000);
  });

  it('is not needed to serve 1,100 connections at once', async () => {
    const clients = await Promise.all(Array.from({ length: 1100 }, () => Client.connect(plain)));
    await Promise.all(clients.map((client) => client.quiet()));
  });
});
