import { describe, expect, it, onTestFinished } from 'vitest';
import { api, trigger } from './support/api.ts';
import { apps } from './support/apps.ts';
import { Client } from './support/client.ts';
import { FrontDoor } from './support/front-door.ts';
import { hungUp, RawHttp } from './support/raw-http.ts';
import { occurrence, pusherJs, subscribed } from './support/real-clients.ts';
import { startServer, type TestServer } from './support/server.ts';
import { signedQuery } from './support/signature.ts';
import { type Target, targetAt } from './support/target.ts';

interface Running {
  readonly server: TestServer;
  readonly target: Target;
}

/** A server of this test's own, which closes its sockets over so many seconds. */
async function start(windowSeconds: number, more: object = {}): Promise<Running> {
  const server = await startServer({ apps: [apps.plain], drain: { windowSeconds }, ...more });
  onTestFinished(async () => {
    await server.stop('SIGKILL');
  });
  return { server, target: targetAt(server.httpUrl, apps.plain) };
}

const connectSome = (target: Target, count: number): Promise<Client[]> => Promise.all(Array.from({ length: count }, () => Client.connect(target)));

/** An HTTP connection that was open before the server stopped listening, and is kept. */
async function keepAlive(server: TestServer): Promise<(path: string) => Promise<number | typeof hungUp>> {
  const connection = await RawHttp.open(server);
  onTestFinished(() => connection.abort());
  return async (path) => {
    connection.write(`GET ${path} HTTP/1.1\r\nHost: ${server.host}\r\n\r\n`);
    const answer = await connection.answer();
    return answer === hungUp ? hungUp : answer.status;
  };
}

/** Sends SIGTERM and resolves when the server says that it is no longer ready. */
async function beginToStop(server: TestServer, ask: (path: string) => Promise<number | typeof hungUp>): Promise<void> {
  process.kill(server.pid, 'SIGTERM');
  await expect.poll(() => ask('/ready'), { timeout: 5000 }).toBe(503);
}

describe.each(['SIGTERM', 'SIGINT'] as const)('a server that gets %s', (signal) => {
  it('closes every socket with 4200 and exits with 0', async () => {
    const { server, target } = await start(0.5);
    const clients = await connectSome(target, 10);
    expect(await server.stop(signal)).toBe(0);
    for (const client of clients) {
      expect((await client.closed).code).toBe(4200);
      expect((await client.next('pusher:error')).data).toMatchObject({ code: 4200 });
    }
  });
});

describe('a server that stops', () => {
  it('closes its sockets one by one, in no order that their clients could know', async () => {
    const { server, target } = await start(1);
    const order: number[] = [];
    const clients: Client[] = [];
    for (let index = 0; index < 20; index += 1) clients.push(await Client.connect(target));
    const closings = clients.map(async ({ closed }, index) => {
      await closed;
      order.push(index);
    });
    await server.stop();
    await Promise.all(closings);
    const ascending = order.toSorted((a, b) => a - b);
    expect(ascending).toHaveLength(20);
    expect(order).not.toEqual(ascending);
    expect(order).not.toEqual(ascending.toReversed());
  });

  it('says that it is not ready, but alive, and refuses new connections', async () => {
    const { server, target } = await start(60);
    await connectSome(target, 50);
    const [ready, live, read] = [await keepAlive(server), await keepAlive(server), await keepAlive(server)];
    expect([await ready('/ready'), await live('/live'), await read('/up')]).toEqual([200, 200, 200]);
    await beginToStop(server, ready);
    expect(await live('/live')).toBe(200);
    const path = `/apps/${target.id}/channels`;
    expect(await read(`${path}?${signedQuery(target, { method: 'GET', path })}`)).toBe(200);
    await expect.poll(() => RawHttp.open(server).catch(({ code }) => code), { timeout: 5000 }).toBe('ECONNREFUSED');
  });

  it('ends kept connections with their next answer, so that a proxy sends the one after it to another node', async () => {
    const { server, target } = await start(60);
    await connectSome(target, 50);
    const kept = await RawHttp.open(server);
    onTestFinished(() => kept.abort());
    await beginToStop(server, await keepAlive(server));
    kept.write(`GET /live HTTP/1.1\r\nHost: ${server.host}\r\n\r\n`);
    const answer = await kept.answer();
    if (answer === hungUp) throw new Error('the first request is still to be answered');
    expect([answer.status, answer.headers.get('connection')]).toEqual([200, 'close']);
    expect(await kept.answer()).toBe(hungUp);
  });

  it('never closes a handshake with 4200: clients would come back at once, for ever', async () => {
    const { server, target } = await start(60);
    await connectSome(target, 50);
    const ask = await keepAlive(server);
    process.kill(server.pid, 'SIGTERM');
    for (let isRefused = false; !isRefused; ) {
      const client = await Client.open(target).catch(() => undefined);
      if (client !== undefined) expect((await client.next()).event).toBe('pusher:connection_established');
      isRefused = client === undefined;
    }
    expect(await ask('/ready')).toBe(503);
  });

  it('upgrades nobody on a connection that was open before', async () => {
    const { server, target } = await start(60);
    await connectSome(target, 50);
    const early = await RawHttp.open(server);
    await beginToStop(server, await keepAlive(server));
    const { pathname, search } = new URL(target.wsUrl());
    const headers = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
    early.write(`GET ${pathname}${search} HTTP/1.1\r\nHost: ${server.host}\r\n${headers}\r\n\r\n`);
    const answer = await early.answer();
    early.abort();
    if (answer !== hungUp) expect(answer.status).toBe(503);
  });

  it('does not wait for its window when nobody is connected, nor for idle HTTP connections', async () => {
    const { server } = await start(600);
    const ask = await keepAlive(server);
    expect(await ask('/up')).toBe(200);
    expect(await server.stop()).toBe(0);
  });

  it('delivers what it has accepted before', async () => {
    const { server, target } = await start(0);
    const clients = await connectSome(target, 5);
    await Promise.all(clients.map((client) => client.subscribe('room')));
    const batch = Array.from({ length: 10 }, (_, index) => ({ name: `event-${index}`, data: 'x', channel: 'room' }));
    expect((await api(target, 'POST', '/batch_events', { batch })).text).toBe('{}');
    process.kill(server.pid, 'SIGTERM');
    await Promise.all(clients.map(({ closed }) => closed));
    const names = batch.map(({ name }) => name);
    for (const { received } of clients)
      expect(received.map((frame) => JSON.parse(frame).event).filter((name) => names.includes(name))).toEqual(names);
  });

  it('ends as soon as the last socket has gone', async () => {
    const { server, target } = await start(600);
    const clients = await connectSome(target, 50);
    await beginToStop(server, await keepAlive(server));
    await Promise.all(clients.map((client) => client.close()));
    expect(await server.exited).toBe(0);
  });

  it('ends at once at a second signal', async () => {
    const { server, target } = await start(600);
    const clients = await connectSome(target, 50);
    await beginToStop(server, await keepAlive(server));
    process.kill(server.pid, 'SIGTERM');
    expect(await server.exited).toBe(1);
    await Promise.all(clients.map(({ closed }) => closed));
  });
});

describe('a port that is taken', () => {
  it('is an error that names it, and the first server keeps all users', async () => {
    const { server, target } = await start(0);
    const second = start(0, { server: { port: server.port } });
    await expect(second).rejects.toThrow(new RegExp(`ended with [1-9][^]*port ${server.port}\\b`));
    await connectSome(target, 20);
    expect((await api(target, 'GET', '/connections')).json).toEqual({ connections: 20 });
  });
});

describe('pusher-js', () => {
  it('goes on at another server and is subscribed there', async () => {
    const [first, second, door] = [await start(0), await start(0), await FrontDoor.open()];
    onTestFinished(() => door.close());
    door.leadTo(first.server);
    const pusher = pusherJs(targetAt(`http://127.0.0.1:${door.port}`, apps.plain));
    const channel = await subscribed(pusher, 'room');
    const firstId = pusher.connection.socket_id;
    const again = occurrence(channel, 'pusher:subscription_succeeded');
    const greeting = occurrence(channel, 'greeting');
    door.leadTo(second.server);
    expect(await first.server.stop()).toBe(0);
    await again;
    expect(pusher.connection.socket_id).not.toBe(firstId);
    await trigger(second.target, { name: 'greeting', data: '"hello"', channels: ['room'] });
    expect(await greeting).toBe('hello');
  });
});
