import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { api } from './support/api.ts';
import { Client } from './support/client.ts';
import { isForeign } from './support/own-server.ts';
import { startServer, type TestServer } from './support/server.ts';
import { connectionUrl, type Target, targetAt } from './support/target.ts';
import { signToken } from './support/token.ts';
import { unique } from './support/unique.ts';

const tokenSecret = 'a secret that only the token issuer has';
const origin = 'https://app.test';
const jwt = { mode: 'required', secret: tokenSecret, sources: ['cookie', 'ticket'], policies: { subscribe: ['private-*'] } };
const cookie = { name: '__Host-sealed', encryptionKey: randomBytes(32).toString('base64') };
const app = { id: 'sealed', key: 'sealed-key', secret: 'sealed-secret', allowedOrigins: [origin], jwt: { ...jwt, cookie } };

/** Two nodes that know nothing of each other. */
let nodes: readonly [TestServer, TestServer];
let target: Target;
beforeAll(async () => {
  if (isForeign()) return;
  const config = { apps: [app], drain: { windowSeconds: 0 } };
  nodes = await Promise.all([startServer(config), startServer(config)]);
  target = targetAt(nodes[0].httpUrl, app);
});
afterAll(() => Promise.all((nodes ?? []).map((node) => node.stop())));

const bearer = (claims: object) => ({ authorization: `Bearer ${signToken(tokenSecret, { sub: 'ann', ...claims })}` });

function ask(name: string, headers: Readonly<Record<string, string>>): Promise<Response> {
  const body = new URLSearchParams({ socket_id: '1.2', channel_name: 'private-room' });
  return fetch(`${target.httpUrl}/auth/${app.key}/${name}`, { method: 'POST', headers: { origin, ...headers }, body });
}

/** What a browser would send with a session. */
async function startSession(): Promise<{ readonly cookie: string; readonly csrf: string }> {
  const response = await ask('session', bearer({}));
  const { csrf_token: csrf } = (await response.json()) as { csrf_token: string };
  const cookies = response.headers.getSetCookie().map((header) => header.split(';', 1)[0]);
  return { cookie: cookies.join('; '), csrf };
}

/** The first frame and, if there is one, the close code of a handshake with this path in front. */
async function handshake(node: TestServer, wsPath: string): Promise<unknown> {
  const client = await Client.open(
    { ...target, wsUrl: (query) => connectionUrl(`${node.httpUrl}${wsPath}`, app.key, query) },
    { headers: { origin } },
  );
  const { event } = await client.next();
  return event === 'pusher:error' ? (await client.closed).code : event;
}

describe.skipIf(isForeign())('an encrypted session', () => {
  it('opens channels and handshakes, and shows nothing of the token', async () => {
    const session = await startSession();
    expect(session.cookie).toMatch(/^__Host-sealed=[\w-]+\.\.[\w-]+\.[\w-]+\.[\w-]+; __Host-sealed-csrf=[\w-]{43}$/);
    const headers = { cookie: session.cookie, 'x-csrf-token': session.csrf };
    const response = await ask('channel', headers);
    const { auth } = (await response.json()) as { auth: string };
    expect([response.status, auth]).toEqual([200, expect.stringMatching(/^sealed-key:[0-9a-f]{64}$/)]);
    await Client.connect(target, { headers: { origin, cookie: session.cookie } });
  });

  it.each(['null', 'https://evil.test', undefined])('opens no handshake of the origin %s', async (from) => {
    const { cookie: sent } = await startSession();
    const client = await Client.open(target, { headers: { cookie: sent, ...(from !== undefined && { origin: from }) } });
    expect(await client.closed).toMatchObject({ code: 4009 });
  });
});

describe.skipIf(isForeign())('a ticket', () => {
  it('opens handshakes on every node, again and again, until its token is revoked', async () => {
    const tokenId = unique('token');
    const own = bearer({ jti: tokenId });
    const { ws_path: wsPath } = (await (await ask('ticket', own)).json()) as { ws_path: string };
    for (const node of [...nodes, ...nodes]) expect(await handshake(node, wsPath)).toBe('pusher:connection_established');
    expect(await api(target, 'POST', '/revocations', { token_id: tokenId })).toMatchObject({ status: 200 });
    expect(await handshake(nodes[0], wsPath)).toBe(4009);
    expect((await ask('ticket', own)).status).toBe(401);
  });

  it('opens nothing when it was changed', async () => {
    const { ws_path: wsPath } = (await (await ask('ticket', bearer({}))).json()) as { ws_path: string };
    expect(await handshake(nodes[0], `${wsPath.slice(0, -4)}AAAA`)).toBe(4009);
  });
});

describe.skipIf(isForeign())('the server', () => {
  it.each([[undefined], [['*']], [[origin, '*']], [[origin, 'null']]])(
    'does not start with cookies while the origins are %j',
    async (allowedOrigins) => {
      await expect(startServer({ apps: [{ ...app, allowedOrigins }] })).rejects.toThrow(/apps\[0\]\.jwt\.sources: has cookie/);
    },
  );
});
