import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, answer, api, trigger } from './support/api.ts';
import { apps } from './support/apps.ts';
import { Client } from './support/client.ts';
import { expectFault } from './support/fault.ts';
import { occurrence, pusherJs, subscribed } from './support/real-clients.ts';
import { startServer, type TestServer } from './support/server.ts';
import { signedQuery } from './support/signature.ts';
import { type Target, targetAt } from './support/target.ts';
import { unique } from './support/unique.ts';

let server: TestServer;
let target: Target;

beforeAll(async () => {
  server = await startServer({ server: { path: '/realtime/v1' }, apps: [apps.plain] });
  target = targetAt(`${server.httpUrl}/realtime/v1`, apps.plain);
});
afterAll(async () => {
  await server.stop();
});

/** Publishes below the prefix with a signature over `signedPath`. */
async function publish(room: string, signedPath: string): Promise<Answer> {
  const body = JSON.stringify({ name: 'greeting', data: 'hello', channels: [room] });
  const query = signedQuery(target, { method: 'POST', path: signedPath, body });
  return answer(await fetch(`${target.httpUrl}/apps/${target.id}/events?${query}`, { method: 'POST', body }));
}

describe('a server with a path prefix', () => {
  it.each([
    ['with the prefix', `/realtime/v1/apps/${apps.plain.id}/events`],
    ['without the prefix, as pusher-php-server does', `/apps/${apps.plain.id}/events`],
  ])('accepts a path that was signed %s', async (_how, signedPath) => {
    const room = unique('room');
    const client = await Client.connect(target);
    await client.subscribe(room);
    expect(await publish(room, signedPath)).toMatchObject({ status: 200, text: '{}' });
    expect(await client.next('greeting')).toMatchObject({ channel: room });
  });

  it('refuses a signature over another prefix', async () => {
    expectFault(await publish('room', `/realtime/apps/${apps.plain.id}/events`), 401);
    expectFault(await publish('room', `/realtime/v1/realtime/v1/apps/${apps.plain.id}/events`), 401);
  });

  it('serves requests that a proxy has stripped of it', async () => {
    const stripped = targetAt(server.httpUrl, apps.plain);
    const room = unique('room');
    const client = await Client.connect(stripped);
    await client.subscribe(room);
    await trigger(stripped, { name: 'greeting', data: 'hello', channels: [room] });
    await client.next('greeting');
  });

  it('does not serve the API below another prefix', async () => {
    for (const prefix of ['/realtime', '/realtime/v10', '/other/realtime/v1']) {
      expectFault(await api(targetAt(server.httpUrl + prefix, apps.plain), 'GET', '/channels'), 404);
    }
  });

  it('serves the path of the Python SDK below the prefix', async () => {
    const client = await Client.connect(target);
    const user = unique('user');
    await client.signIn({ id: user });
    const path = `/realtime/v1/users/${user}/terminate_connections`;
    const query = signedQuery(target, { method: 'POST', path, body: '{}' });
    const given = await answer(await fetch(`${server.httpUrl}${path}?${query}`, { method: 'POST', body: '{}' }));
    expect(given).toMatchObject({ status: 200, text: '{}' });
    expect((await client.closed).code).toBe(4009);
  });

  it('answers the health checks where load balancers look for them', async () => {
    expect(await (await fetch(`${server.httpUrl}/up`)).text()).toBe('{"health":"OK"}');
  });

  it('connects pusher-js with that wsPath', async () => {
    const room = unique('room');
    const channel = await subscribed(pusherJs(target), room);
    const greeting = occurrence(channel, 'greeting');
    await publish(room, `/apps/${target.id}/events`);
    expect(await greeting).toBe('hello');
  });
});
