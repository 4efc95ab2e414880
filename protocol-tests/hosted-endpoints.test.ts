import Echo from 'laravel-echo';
import Pusher, { type Options } from 'pusher-js';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { sdk } from './support/auth-endpoint.ts';
import { isForeign } from './support/own-server.ts';
import { hungUp, sendRaw } from './support/raw-http.ts';
import { connected, occurrence, subscribed } from './support/real-clients.ts';
import { startServer, type TestServer } from './support/server.ts';
import { signToken } from './support/token.ts';
import { unique } from './support/unique.ts';

const tokenSecret = 'a secret that only the token issuer has';
const masterKey = Buffer.alloc(32, 5);
const prefix = '/realtime';
const app = {
  id: 'hosted',
  key: 'hosted-key',
  secret: 'hosted-secret',
  limits: { authRequestsPerSecondPerUser: 20 },
  jwt: {
    mode: 'optional',
    secret: tokenSecret,
    algorithms: ['HS256'],
    sources: ['header', 'ticket'],
    userInfo: { name: 'name' },
    capabilitiesClaim: 'channels',
    policies: { subscribe: ['private-App.Models.User.{sub}'], publish: [] },
    encryptionMasterKey: masterKey.toString('base64'),
  },
};
const trustedProxies = ['127.0.0.1'];

let server: TestServer;
beforeAll(async () => {
  if (isForeign()) return;
  const limits = { authRequestsPerSecondPerIp: 50 };
  server = await startServer({ apps: [app], limits, drain: { windowSeconds: 0 }, server: { path: prefix, trustedProxies } });
});
afterAll(async () => void (await server?.stop()));

const everything = { channels: { subscribe: ['*'], publish: ['*'] } };
const tokenOf = (sub: string, claims: object = everything): string => signToken(tokenSecret, { sub, name: `${sub} the user`, ...claims });
const endpoint = (name: string): string => `${server.httpUrl}${prefix}/auth/${app.key}/${name}`;

/** What leads pusher-js to the server. */
function address() {
  return { cluster: '', wsHost: server.host, wsPort: server.port, wsPath: prefix, forceTLS: false, enabledTransports: ['ws'] } satisfies Options;
}

/** pusher-js as the documentation configures it. */
function pusherOf(token: string, options: Partial<Options> = {}): Pusher {
  const headers = { Authorization: `Bearer ${token}` };
  const pusher = new Pusher(app.key, {
    ...address(),
    channelAuthorization: { endpoint: endpoint('channel'), transport: 'ajax', headers },
    userAuthentication: { endpoint: endpoint('user'), transport: 'ajax', headers },
    ...options,
  });
  onTestFinished(() => pusher.disconnect());
  return pusher;
}

/** Laravel Echo as the documentation configures it. */
function echoOf(token: string): Echo<'reverb'> {
  const echo = new Echo<'reverb'>({
    broadcaster: 'reverb',
    Pusher,
    key: app.key,
    ...address(),
    authEndpoint: endpoint('channel'),
    auth: { headers: {} },
    userAuthentication: { endpoint: endpoint('user'), transport: 'ajax', headers: {} },
    bearerToken: token,
  });
  onTestFinished(() => echo.disconnect());
  return echo;
}

const publisher = () => sdk({ ...app, httpUrl: `${server.httpUrl}`, wsUrl: () => '' }, { encryptionMasterKey: masterKey });

/** Resolves with the first argument of a callback that Echo calls. */
const called = <T = unknown>(register: (callback: (value: T) => void) => unknown): Promise<T> => new Promise((done) => register(done));

function post(name: string, { token, body = '', headers = {} }: { token?: string; body?: string; headers?: Record<string, string> }) {
  const bearer = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  return fetch(endpoint(name), { method: 'POST', headers: { ...form, ...bearer, ...headers }, body });
}

describe.skipIf(isForeign())('pusher-js with the hosted endpoints', () => {
  it('joins the private channels that the policies open to its user, and no others', async () => {
    const pusher = pusherOf(tokenOf('1', {}));
    await subscribed(pusher, 'private-App.Models.User.1');
    const other = pusher.subscribe('private-App.Models.User.11');
    expect(await occurrence(other, 'pusher:subscription_error')).toMatchObject({ type: 'AuthError', status: 403 });
  });

  it('joins what the capabilities of the token name', async () => {
    const pusher = pusherOf(tokenOf('1', { channels: { subscribe: ['private-orders.*'] } }));
    await subscribed(pusher, 'private-orders.7');
    expect(await occurrence(pusher.subscribe('private-invoices.7'), 'pusher:subscription_error')).toMatchObject({ status: 403 });
  });

  it.each(['private-orders', 'presence-orders'])('may speak in %s only if the token allows it to publish', async (prefix) => {
    const name = unique(prefix);
    const [listener, speaker] = [
      tokenOf('1', { channels: { subscribe: [name] } }),
      tokenOf('2', { channels: { subscribe: [name], publish: [name] } }),
    ];
    const quiet = pusherOf(listener);
    const refused = occurrence(quiet.connection, 'error');
    const [heard, spoken] = [await subscribed(quiet, name), await subscribed(pusherOf(speaker), name)];
    const events: unknown[] = [];
    spoken.bind('client-x', (data: unknown) => events.push(data));
    heard.trigger('client-x', 'from who may not');
    expect(await refused).toMatchObject({ data: { message: expect.stringContaining('the token does not allow them') } });
    const received = occurrence(heard, 'client-x');
    spoken.trigger('client-x', 'from who may');
    expect(await received).toBe('from who may');
    expect(events).toEqual([]);
  });

  it('shows its user to a presence channel, with the claims that are mapped', async () => {
    const name = unique('presence-room');
    const ann = await subscribed(pusherOf(tokenOf('ann')), name);
    const added = occurrence(ann, 'pusher:member_added');
    await subscribed(pusherOf(tokenOf('ben')), name);
    expect(await added).toEqual({ id: 'ben', info: { name: 'ben the user' } });
  });

  it('decrypts encrypted channels, for which it gets the key from the endpoint', async () => {
    const channel = await subscribed(pusherOf(tokenOf('ann')), unique('private-encrypted-vault'));
    const opened = occurrence(channel, 'opened');
    await publisher().trigger(channel.name, 'opened', { code: 1234 });
    expect(await opened).toEqual({ code: 1234 });
  });

  it('signs in', async () => {
    const user = unique('ann');
    const pusher = pusherOf(tokenOf(user));
    pusher.signin();
    const mail = new Promise((done) => pusher.user.bind('mail', done));
    await pusher.user.signinDonePromise;
    expect(pusher.user.user_data).toMatchObject({ id: user, user_info: { name: `${user} the user` } });
    await publisher().sendToUser(user, 'mail', { number: 1 });
    expect(await mail).toEqual({ number: 1 });
  });

  it('connects, and connects again, with a ticket in its path', async () => {
    const { ws_path: wsPath } = (await (await post('ticket', { token: tokenOf('ann') })).json()) as { ws_path: string };
    expect(wsPath).toMatch(/^\/realtime\/t\/[\w-]+$/);
    const pusher = pusherOf(tokenOf('ann'), { wsPath });
    const first = await connected(pusher);
    const again = occurrence(pusher.connection, 'connected');
    pusher.disconnect();
    pusher.connect();
    await again;
    expect(pusher.connection.socket_id).not.toBe(first);
  });

  it('is told when its token has ended', async () => {
    const pusher = pusherOf(tokenOf('ann', { exp: Math.floor(Date.now() / 1000) - 120, ...everything }));
    expect(await occurrence(pusher.subscribe(unique('private-room')), 'pusher:subscription_error')).toMatchObject({ status: 401 });
  });
});

describe.skipIf(isForeign())('Laravel Echo with the hosted endpoints', () => {
  it('joins private, presence and encrypted channels with its bearer token', async () => {
    const name = unique('room');
    const echo = echoOf(tokenOf('ann'));
    const shipped = called((callback) => echo.private(name).listen('.shipped', callback));
    const here = await called((callback) => echo.join(name).here(callback));
    expect(here).toEqual([{ name: 'ann the user' }]);
    const channel = echo.encryptedPrivate(name);
    const opened = called((callback) => channel.listen('.opened', callback));
    await called((callback) => channel.subscribed(() => callback(undefined)));
    await publisher().trigger(`private-${name}`, 'shipped', { order: 1 });
    await publisher().trigger(`private-encrypted-${name}`, 'opened', { code: 1 });
    expect([await shipped, await opened]).toEqual([{ order: 1 }, { code: 1 }]);
  });

  it('is told when the token does not allow a channel', async () => {
    const channel = echoOf(tokenOf('ann', {})).private(unique('room'));
    expect(await called((callback) => channel.error(callback))).toMatchObject({ status: 403 });
  });
});

describe.skipIf(isForeign())('the hosted endpoints', () => {
  it('answer errors in JSON, to be kept by nobody', async () => {
    const response = await post('channel', { body: 'socket_id=1.2&channel_name=private-room' });
    expect([response.status, response.headers.get('cache-control')]).toEqual([401, 'no-store']);
    expect(await response.json()).toEqual({ error: expect.any(String) });
  });

  it('are in both places when there is a prefix, and nowhere else', async () => {
    const headers = { authorization: `Bearer ${tokenOf('ann')}` };
    const statusOf = async (path: string) => (await fetch(`${server.httpUrl}${path}`, { method: 'POST', headers })).status;
    expect(await Promise.all(['/auth/hosted-key/ticket', '/realtime/auth/hosted-key/ticket'].map(statusOf))).toEqual([200, 200]);
    expect(await Promise.all(['/other/auth/hosted-key/ticket', '/%61uth/hosted-key/ticket'].map(statusOf))).toEqual([404, 404]);
  });

  it('refuse bodies that are too large, whatever the limit of other requests', async () => {
    const body = `channel_name=private-room&socket_id=1.2&more=${'x'.repeat(20_000)}`;
    expect((await post('channel', { token: tokenOf('ann'), body })).status).toBe(413);
  });

  it.each([
    ['no token', ''],
    ['bytes beyond ASCII', 'Authorization: Bearer \u00ff\u20ac\r\n'],
    ['a token without a signature', 'Authorization: Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm4ifQ.\r\n'],
    ['a token of 9 KB', `Authorization: Bearer ${'x'.repeat(9000)}\r\n`],
  ])('live on after %s', async (_what, header) => {
    const request = `POST ${prefix}/auth/${app.key}/user HTTP/1.1\r\nHost: x\r\n${header}Content-Length: 13\r\n\r\nsocket_id=1.2`;
    const answer = await sendRaw(server, request);
    expect(answer === hungUp ? 'closed' : answer.status).toSatisfy((status) => [400, 401, 'closed'].includes(status));
    expect((await post('user', { token: tokenOf('ann'), body: 'socket_id=1.2' })).status).toBe(200);
  });

  it('count requests per user', async () => {
    const token = tokenOf(unique('hasty'));
    const responses = await Promise.all(Array.from({ length: 25 }, () => post('user', { token, body: 'socket_id=1.2' })));
    const refused = responses.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThanOrEqual(1);
    expect(refused[0]?.headers.get('retry-after')).toMatch(/^\d+$/);
    expect((await post('user', { token: tokenOf('ann'), body: 'socket_id=1.2' })).status).toBe(200);
  });

  it('count requests per address, as a trusted proxy names it', async () => {
    const from = (address: string) => post('user', { headers: { 'x-forwarded-for': address } });
    const responses = await Promise.all(Array.from({ length: 60 }, () => from('203.0.113.9')));
    expect(responses.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(1);
    expect((await from('203.0.113.10')).status).toBe(401);
  });
});
