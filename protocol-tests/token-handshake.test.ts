import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { Client, type ConnectOptions, dataOf } from './support/client.ts';
import { isForeign } from './support/own-server.ts';
import { refusal } from './support/refusal.ts';
import { refusedWith } from './support/refused.ts';
import { startServer, type TestServer } from './support/server.ts';
import { type Target, targetAt } from './support/target.ts';
import { signToken } from './support/token.ts';
import { bearer, encrypted, tokenApp, tokenAppSettings, tokenOf, tokenServer } from './support/token-app.ts';

const optionalApp = { id: 'optional', key: 'optional-key', secret: 'optional-secret' };
const cookieOf = (token: string) => `theme=dark; __Host-clarion=${token}`;
const query = (token: string) => ({ protocol: '7', token });

/** Each way in which a handshake can carry a token, but for the path. */
const sources: readonly (readonly [name: string, carry: (token: string) => ConnectOptions])[] = [
  ['a header', (token) => ({ headers: { authorization: `Bearer ${token}` } })],
  ['a cookie', (token) => ({ headers: { cookie: cookieOf(token), origin: 'https://app.example' } })],
  ['a subprotocol', (token) => ({ protocols: ['bearer', token] })],
  ['the query', (token) => ({ query: query(token) })],
];

let server: TestServer;
let target: Target;
let optional: Target;
beforeAll(async () => {
  if (isForeign()) return;
  const apps = [tokenAppSettings(), { ...tokenAppSettings({ mode: 'optional', sources: ['header', 'message'] }), ...optionalApp }];
  server = await startServer({ apps, server: { path: '/live' }, drain: { windowSeconds: 0 } });
  target = targetAt(server.httpUrl, tokenApp);
  optional = targetAt(server.httpUrl, optionalApp);
});
afterAll(() => server?.stop());

/** A target whose path carries a ticket for the token, as `wsPath` does. */
async function withTicket(token: string, prefix = ''): Promise<Target> {
  const response = await fetch(`${server.httpUrl}/auth/${tokenApp.key}/ticket`, { method: 'POST', headers: { authorization: `Bearer ${token}` } });
  const { ticket } = (await response.json()) as { ticket: string };
  return targetAt(`${server.httpUrl}${prefix}/t/${ticket}`, tokenApp);
}

/** Proves that the connection is the user's. */
async function expectUser(client: Client, sub: string): Promise<void> {
  const channel = `private-user.${sub}`;
  client.send({ event: 'pusher:subscribe', data: { channel } });
  expect(await client.next()).toMatchObject({ event: 'pusher_internal:subscription_succeeded', channel });
}

describe.skipIf(isForeign())('a token on the handshake', () => {
  it.each(sources)('makes the connection its user’s when it comes in %s', async (_name, carry) => {
    await expectUser(await Client.connect(target, carry(tokenOf('ann'))), 'ann');
  });

  it.each(['', '/live'])('makes the connection its user’s when a ticket for it stands in the path, again and again: %j', async (prefix) => {
    const withPath = await withTicket(tokenOf('ann'), prefix);
    for (let times = 0; times < 2; times += 1) await expectUser(await Client.connect(withPath), 'ann');
  });

  it.each(sources)('may be as large as tokens are accepted, in %s', async (_name, carry) => {
    const token = tokenOf('ann', { filling: 'x'.repeat(5900) });
    expect(token.length).toBeGreaterThan(8000);
    await expectUser(await Client.connect(target, carry(token)), 'ann');
    await expectUser(await Client.connect(await withTicket(token)), 'ann');
    expect(await refusedWith(target, carry(tokenOf('ann', { filling: 'x'.repeat(6500) })))).toBe(4009);
  });

  it.each(sources)('is refused with an upgrade and 4009 when it is not valid, in %s', async (_name, carry) => {
    expect(await refusedWith(target, carry(signToken('another secret that nobody trusts', { sub: 'ann' })))).toBe(4009);
    expect(await refusedWith(target, carry('garbage'))).toBe(4009);
  });

  it.each([
    ['expired', { exp: Math.floor(Date.now() / 1000) - 100 }],
    ['without a subject', { sub: undefined }],
    ['with a subject that is no text', { sub: { id: 'ann' } }],
    ['without an end', { exp: undefined }],
  ])('is refused when it is %s', async (_what, claims) => {
    expect(await refusedWith(target, bearer('ann', claims))).toBe(4009);
  });

  it('is refused when the ticket is none, or changed', async () => {
    const { httpUrl } = await withTicket(tokenOf('ann'));
    const changed = httpUrl.replace(/\/t\/./, (start) => `/t/${start.endsWith('A') ? 'B' : 'A'}`);
    for (const url of [`${server.httpUrl}/t/x`, `${server.httpUrl}/t/${'x'.repeat(5000)}`, changed]) {
      expect(await refusedWith(targetAt(url, tokenApp))).toBe(4009);
    }
  });

  it('answers with the subprotocol bearer, and never with the token', async () => {
    const token = tokenOf('ann');
    for (const offered of [
      ['bearer', token],
      [token, 'bearer'],
    ]) {
      const socket = new WebSocket(target.wsUrl(), offered);
      await once(socket, 'open');
      expect(socket.protocol).toBe('bearer');
      socket.terminate();
    }
  });

  it('is heeded in the order of the sources, and the first one stands', async () => {
    const headers = { authorization: `Bearer ${tokenOf('ann')}` };
    await expectUser(await Client.connect(target, { headers, query: query('garbage') }), 'ann');
    expect(await refusedWith(target, { headers: { authorization: 'Bearer garbage' }, query: query(tokenOf('ann')) })).toBe(4009);
  });

  it('is not looked for where the app does not take it', async () => {
    await expectUser(await Client.connect(optional, bearer('ann')), 'ann');
    const nobody = await Client.connect(optional, { query: query('garbage') });
    nobody.send({ event: 'pusher:subscribe', data: { channel: 'private-news', auth: '' } });
    expect(await nobody.next()).toEqual(refusal('private-news', 'AuthError', 401));
  });

  it('that is missing is refused where it cannot come later', async (context) => {
    const { target: strict } = await tokenServer(context, { sources: ['header', 'query'] });
    expect(await refusedWith(strict)).toBe(4009);
  });

  it('in a cookie counts only for pages of an origin that is named', async () => {
    const cookie = cookieOf(tokenOf('ann'));
    await expectUser(await Client.connect(target, { headers: { cookie, origin: 'https://www.app.example' } }), 'ann');
    const others: readonly Record<string, string>[] = [
      {},
      { origin: 'null' },
      { origin: 'https://evil.example' },
      { origin: 'https://app.example.evil.example' },
    ];
    for (const origin of others) expect(await refusedWith(target, { headers: { cookie, ...origin } })).toBe(4009);
  });

  it('in a cookie may be encrypted', async (context) => {
    const key = randomBytes(32);
    const { target: closed } = await tokenServer(context, { sources: ['cookie'], cookie: { encryptionKey: key.toString('base64') } });
    const carry = (cookie: string) => ({ headers: { cookie: cookieOf(cookie), origin: 'https://app.example' } });
    await expectUser(await Client.connect(closed, carry(encrypted(tokenOf('ann'), key))), 'ann');
    expect(await refusedWith(closed, carry(encrypted(tokenOf('ann'), randomBytes(32))))).toBe(4009);
    expect(await refusedWith(closed, carry(encrypted(signToken('another secret that nobody trusts', { sub: 'ann' }), key)))).toBe(4009);
  });

  it('sends clients back, and not away, when the keys cannot be had', async (context) => {
    const failing = createServer((_request, response) => response.writeHead(500).end()).listen(0, '127.0.0.1');
    await new Promise((listening) => failing.once('listening', listening));
    context.onTestFinished(() => void failing.close());
    const jwksUrl = `http://127.0.0.1:${(failing.address() as { port: number }).port}/keys`;
    const { target: keyless } = await tokenServer(context, { secret: undefined, jwksUrl, algorithms: ['RS256'] });
    const header = Buffer.from('{"alg":"RS256","kid":"1"}').toString('base64url');
    const token = `${header}.${tokenOf('ann').split('.').slice(1).join('.')}`;
    const client = await Client.open(keyless, { headers: { authorization: `Bearer ${token}` } });
    expect((await client.closed).code).toBe(4100);
    expect(await client.next()).toMatchObject({ event: 'pusher:error', data: { code: 4100 } });
  }, 30_000);
});

describe.skipIf(isForeign())('the user of a token', () => {
  it('is reached as one who signed in, and is shown in presence channels', async () => {
    const [ann, ben] = [await Client.connect(target, bearer('ann')), await Client.connect(target, bearer('ben'))];
    for (const client of [ann, ben]) client.send({ event: 'pusher:subscribe', data: { channel: 'presence-room' } });
    await ann.next('pusher_internal:subscription_succeeded');
    const { presence } = dataOf(await ben.next('pusher_internal:subscription_succeeded')) as { presence: { hash: object } };
    expect(presence.hash).toEqual({ ann: { name: 'ann the user' }, ben: { name: 'ben the user' } });
  });

  it('may send client events where the token allows it, and nowhere else', async () => {
    const [ann, ben] = [await Client.connect(target, bearer('ann')), await Client.connect(target, bearer('ben'))];
    for (const client of [ann, ben]) for (const channel of ['private-news', 'private-open']) await client.subscribe(channel);
    ann.send({ event: 'client-x', channel: 'private-open', data: 1 });
    ann.send({ event: 'client-x', channel: 'private-news', data: 2 });
    expect(await ben.next()).toMatchObject({ event: 'client-x', channel: 'private-news' });
    expect(await ann.next()).toMatchObject({ event: 'pusher:error', data: { code: null } });
    await ben.quiet();
  });
});

describe.skipIf(isForeign())('a token in the first message', () => {
  it.each(['required', 'optional'])('makes the connection its user’s; what comes behind it waits for it: %s', async (mode) => {
    const client = await Client.connect(mode === 'required' ? target : optional);
    client.send({ event: 'pusher:signin', data: { token: tokenOf('ann') } });
    client.send({ event: 'pusher:subscribe', data: { channel: 'private-user.ann' } });
    expect(await client.next()).toMatchObject({ event: 'pusher:signin_success' });
    expect(await client.next()).toMatchObject({ event: 'pusher_internal:subscription_succeeded' });
  });

  it('is waited for, and little else is heard before', async () => {
    const client = await Client.connect(target);
    client.send({ event: 'pusher:ping', data: {} });
    expect((await client.next()).event).toBe('pusher:pong');
    client.requestSubscription('private-signed');
    expect(await client.next()).toEqual(refusal('private-signed', 'AuthError', 401));
    client.requestSignIn({ id: 'ann' });
    client.send('{');
    client.send(Buffer.from('binary'));
    for (let refused = 0; refused < 3; refused += 1) expect(await client.next()).toMatchObject({ event: 'pusher:error', data: { code: null } });
    client.send({ event: 'pusher:signin', data: { token: 'x'.repeat(10_000) } });
    expect((await client.closed).code).toBe(1009);
  });

  it('is waited for only so long', async (context) => {
    const { target: hasty } = await tokenServer(context, { signinTimeoutSeconds: 1 });
    const client = await Client.connect(hasty);
    expect(await client.next()).toMatchObject({ event: 'pusher:error', data: { code: 4009, message: 'Connection not authorized within timeout' } });
    expect((await client.closed).code).toBe(4009);
  });

  it('ends the connection with 4009 when it is not valid', async () => {
    const client = await Client.connect(target);
    client.send({ event: 'pusher:signin', data: { token: 'garbage' } });
    expect(await client.next()).toMatchObject({ event: 'pusher:error', data: { code: 4009 } });
    expect((await client.closed).code).toBe(4009);
  });

  it.each([null, 7, '', '{', [], {}, { token: 7 }, { token: null }, { auth: 'Bearer ' }, { token: '..' }, { token: '\ud800' }])(
    'disturbs nobody when its data is %j',
    async (data) => {
      const [hostile, other] = [await Client.connect(target), await Client.connect(target, bearer('ann'))];
      for (const event of ['pusher:signin', 'clarion:refresh_token']) hostile.send({ event, data });
      expect((await hostile.next()).event).toBe('pusher:error');
      await other.quiet();
    },
  );
});
