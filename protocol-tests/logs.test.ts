import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readLogCatalogue } from '../src/testing/log-catalogue.ts';
import { answer, api } from './support/api.ts';
import { Client } from './support/client.ts';
import { parseLog, startServer, type TestServer } from './support/server.ts';
import { channelAuth, signedQuery, userAuth } from './support/signature.ts';
import { type Target, targetAt } from './support/target.ts';

const app = { id: 'logged', key: 'logged-key', secret: 'canary-secret-b0a5', webhooks: [] };
const room = 'presence-logged-room';

const catalogue = readLogCatalogue();

/** What must never be logged; signatures are added as they are made. */
const canaries = new Set([
  app.secret,
  'canary-other-secret-77d1',
  'canary-user-info-51fe',
  'canary-user-data-9c02',
  'canary-event-data-e4d3',
  'canary-cookie-1188',
]);

let server: TestServer;
let target: Target;

beforeAll(async () => {
  const keys = [
    { key: app.key, secret: app.secret, status: 'active' },
    { key: 'old-key', secret: 'canary-other-secret-77d1', status: 'revoked' },
  ];
  server = await startServer({ apps: [{ id: app.id, keys }] }, { arguments: ['--debug'] });
  target = targetAt(server.httpUrl, app);
});
afterAll(async () => {
  await server.stop();
});

/** Signs, and remembers the signature as something that must not be logged. */
function guarded(auth: string): string {
  canaries.add(auth.slice(auth.indexOf(':') + 1));
  return auth;
}

async function request(signer: Target, method: string, path: string, body = ''): Promise<number> {
  const query = signedQuery(signer, { method, path, body });
  canaries.add(String(query.get('auth_signature')));
  const headers = { cookie: 'session=canary-cookie-1188' };
  const { status } = await answer(await fetch(`${server.httpUrl}${path}?${query}`, { method, headers, ...(body === '' ? {} : { body }) }));
  return status;
}

const eventBody = (channel: string): string => JSON.stringify({ name: 'greeting', data: 'canary-event-data-e4d3', channels: [channel] });

async function useEverything(): Promise<void> {
  const client = await Client.connect(target);
  const channelData = JSON.stringify({ user_id: 'ada', user_info: { note: 'canary-user-info-51fe' } });
  const userData = JSON.stringify({ id: 'ada', user_info: { note: 'canary-user-data-9c02' } });
  const auth = guarded(channelAuth(app, client.socketId, room, channelData));
  client.send({ event: 'pusher:subscribe', data: { channel: room, auth, channel_data: channelData } });
  await client.next('pusher_internal:subscription_succeeded');
  client.send({ event: 'pusher:signin', data: { auth: guarded(userAuth(app, client.socketId, userData)), user_data: userData } });
  await client.next('pusher:signin_success');
  client.send({ event: 'client-typing', channel: room, data: 'canary-event-data-e4d3' });
  expect(await request(target, 'POST', `/apps/${app.id}/events`, eventBody(room))).toBe(200);
  await client.next('greeting');
  await api(target, 'POST', '/users/ada/terminate_connections', {});
  await client.closed;
}

async function misuseEverything(): Promise<void> {
  const client = await Client.connect(target);
  const channelData = JSON.stringify({ user_id: 'ada', user_info: { note: 'canary-user-info-51fe' } });
  const userData = JSON.stringify({ id: '', user_info: 'canary-user-data-9c02' });
  const wrong = { ...app, secret: 'canary-other-secret-77d1' };
  const refused = { channel: room, channel_data: channelData };
  client.send({ event: 'pusher:subscribe', data: { ...refused, auth: guarded(channelAuth(wrong, client.socketId, room, channelData)) } });
  await client.next('pusher:subscription_error');
  const broken = `${channelData}}`;
  client.send({
    event: 'pusher:subscribe',
    data: { ...refused, channel_data: broken, auth: guarded(channelAuth(app, client.socketId, room, broken)) },
  });
  await client.next('pusher:subscription_error');
  client.send('{"event":"pusher:subscribe","data":"canary-user-info-51fe');
  await client.next('pusher:error');
  client.send({ event: 'client-typing', channel: room, data: 'canary-event-data-e4d3' });
  await client.next('pusher:error');
  client.send({ event: 'pusher:signin', data: { auth: guarded(userAuth(app, client.socketId, userData)), user_data: userData } });
  expect((await client.next('pusher:error')).event).toBe('pusher:error');
  const path = `/apps/${app.id}/events`;
  expect(await request({ ...target, secret: 'canary-other-secret-77d1' }, 'POST', path, eventBody(room))).toBe(401);
  expect(await request(target, 'POST', path, 'canary-event-data-e4d3')).toBe(400);
  expect(await request(target, 'POST', path, eventBody('not a channel'))).toBe(400);
}

/** Pino's levels for faults of the server, as names or numbers. */
const faulty = /^(error|fatal|50|60)$/;
const linesWith = (text: string): readonly string[] => server.lines.filter((line) => line.includes(text));

describe('the log with --debug', () => {
  // The other tests read what this one has left.
  it('is written while all is used and misused', async () => {
    await useEverything();
    await misuseEverything();
    expect(await server.stop()).toBe(0);
  });

  it('is JSON, line by line, with a time, a level and a message', () => {
    expect(server.lines.length).toBeGreaterThan(5);
    for (const line of server.lines)
      expect(parseLog(line)).toMatchObject({ time: expect.anything(), level: expect.anything(), msg: expect.any(String) });
    expect(server.errorLines).toEqual([]);
  });

  it('says nothing that docs/logs.md does not', () => {
    for (const line of server.lines) {
      const { level, time: _time, msg, ...fields } = parseLog(line) ?? {};
      const entry = catalogue.get(String(msg));
      expect(entry?.levels, line).toContain(level);
      expect(
        Object.keys(fields).filter((name) => !entry?.fields.includes(name)),
        line,
      ).toEqual([]);
    }
  });

  it('holds no secret, no signature and nothing that users said', () => {
    const written = [...server.lines, ...server.errorLines].join('\n');
    expect([...canaries].filter((canary) => written.includes(canary))).toEqual([]);
    expect(canaries.size).toBeGreaterThan(10);
  });

  it('tells of connections, subscriptions, events and of reasons for refusals', () => {
    expect(linesWith('"socketId"').length).toBeGreaterThan(1);
    expect(linesWith(room).length).toBeGreaterThan(2);
    expect(linesWith('greeting').length).toBeGreaterThan(0);
    expect(linesWith(room).some((line) => /signature/i.test(line))).toBe(true);
  });

  it('knows no errors: what clients do wrong is no fault of the server', () => {
    expect(server.lines.filter((line) => faulty.test(String(parseLog(line)?.level)))).toEqual([]);
  });
});
