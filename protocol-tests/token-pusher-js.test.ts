import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isForeign } from './support/own-server.ts';
import { connected, occurrence, pusherJs, subscribed } from './support/real-clients.ts';
import { startServer, type TestServer } from './support/server.ts';
import { type Target, targetAt } from './support/target.ts';
import { endingIn, tokenApp, tokenAppSettings, tokenOf } from './support/token-app.ts';

let server: TestServer;
let target: Target;
beforeAll(async () => {
  if (isForeign()) return;
  server = await startServer({ apps: [tokenAppSettings()], drain: { windowSeconds: 0 } });
  target = targetAt(server.httpUrl, tokenApp);
});
afterAll(() => server?.stop());

type Authorize = Extract<NonNullable<Parameters<typeof pusherJs>[1]>['channelAuthorization'], { customHandler?: unknown }>['customHandler'];

/** Channel authorisation that asks nobody: the token is on the connection. A presence channel has to be told who we are. */
function byConnection(sub: string): Authorize {
  return ({ channelName }, callback) =>
    callback(null, channelName.startsWith('presence-') ? { auth: '', channel_data: JSON.stringify({ user_id: sub }) } : { auth: '' });
}

/** The options with which stock pusher-js presents a token in its first message, on each connection anew. */
function signingIn(token: () => string, sub: string) {
  return {
    userAuthentication: {
      endpoint: '',
      transport: 'ajax' as const,
      customHandler: (_request: unknown, callback: (fault: null, answer: { auth: string; user_data: string }) => void) =>
        callback(null, { auth: `Bearer ${token()}`, user_data: '' }),
    },
    channelAuthorization: { endpoint: '', transport: 'ajax' as const, customHandler: byConnection(sub) },
  };
}

describe.skipIf(isForeign())('stock pusher-js with a token', () => {
  it('signs in with its first message, and subscribes without an endpoint', async () => {
    const pusher = pusherJs(
      target,
      signingIn(() => tokenOf('ann'), 'ann'),
    );
    pusher.signin();
    const [room] = await Promise.all([subscribed(pusher, 'presence-room'), subscribed(pusher, 'private-user.ann')]);
    expect((room as unknown as { members: { me: unknown } }).members.me).toEqual({ id: 'ann', info: { name: 'ann the user' } });
    expect(pusher.user.user_data).toMatchObject({ id: 'ann' });
  });

  it('is told that its token ends, and goes on with the next', async () => {
    const pusher = pusherJs(
      target,
      signingIn(() => tokenOf('ann', endingIn(30)), 'ann'),
    );
    pusher.signin();
    const expiring = await occurrence<{ seconds_left: number }>(pusher, 'clarion:token_expiring');
    expect(expiring.seconds_left).toBeLessThanOrEqual(30);
    const refreshed = occurrence<{ expires_at: number }>(pusher, 'clarion:token_refreshed');
    pusher.send_event('clarion:refresh_token', { token: tokenOf('ann') });
    expect((await refreshed).expires_at).toBeGreaterThan(Date.now() / 1000 + 500);
  });

  it('connects with a ticket in its path, and again with the same one', async () => {
    const headers = { authorization: `Bearer ${tokenOf('ann')}` };
    const response = await fetch(`${server.httpUrl}/auth/${tokenApp.key}/ticket`, { method: 'POST', headers });
    const { ws_path: wsPath } = (await response.json()) as { ws_path: string };
    const pusher = pusherJs(target, { wsPath, channelAuthorization: { endpoint: '', transport: 'ajax', customHandler: byConnection('ann') } });
    await subscribed(pusher, 'private-user.ann');
    pusher.disconnect();
    pusher.connect();
    await connected(pusher);
    await subscribed(pusher, 'private-user.ann');
  });

  it('gives up for good when its token is not valid', async () => {
    const pusher = pusherJs(
      target,
      signingIn(() => 'garbage', 'ann'),
    );
    pusher.signin();
    await occurrence(pusher.connection, 'disconnected');
    expect(pusher.connection.state).toBe('disconnected');
  });
});
