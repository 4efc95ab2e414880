import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isForeign } from './support/own-server.ts';
import { room, type SessionSite, startSessionSite } from './support/session-site.ts';

let site: SessionSite;
beforeAll(async () => {
  if (!isForeign()) site = await startSessionSite();
});
afterAll(() => site?.close());

/** The status with which the page may join a channel. */
const statusOf = async (page: Page, csrf: string): Promise<number | undefined> =>
  (await site.ask(page, 'channel', { form: room, headers: csrf === '' ? {} : { 'x-csrf-token': csrf } }))?.status;

describe.skipIf(isForeign())('a session in a browser', () => {
  it('is a cookie that script cannot read, beside one that it can', async () => {
    const context = await site.newWindow();
    const page = await site.visit(context, 'live');
    const csrf = await site.startSession(page, 'ann');
    expect(await page.evaluate(() => document.cookie)).toBe(`__Host-clarion-csrf=${csrf}`);
    const flags = { secure: true, sameSite: 'Strict', path: '/', domain: 'live.clarion.test' };
    const cookies = (await context.cookies()).toSorted((a, b) => a.name.length - b.name.length);
    expect(cookies).toMatchObject([
      { name: '__Host-clarion', httpOnly: true, ...flags },
      { name: '__Host-clarion-csrf', httpOnly: false, ...flags },
    ]);
  });

  it('lets pusher-js on the server’s own host connect and join, with one header', async () => {
    const page = await site.visit(await site.newWindow(), 'live');
    const csrf = await site.startSession(page, 'ann');
    const settings = { key: site.key, port: site.port, csrf };
    const members = await page.evaluate(async ({ key, port: wssPort, csrf: token }) => {
      const { Pusher } = globalThis as unknown as { Pusher: typeof import('pusher-js').default };
      const headers = { 'X-CSRF-Token': token };
      const pusher = new Pusher(key, {
        cluster: '',
        wsHost: location.hostname,
        wssPort,
        forceTLS: true,
        enabledTransports: ['ws', 'wss'],
        channelAuthorization: { endpoint: `/auth/${key}/channel`, transport: 'ajax', headers },
        userAuthentication: { endpoint: `/auth/${key}/user`, transport: 'ajax', headers },
      });
      const channel = pusher.subscribe('presence-room');
      return new Promise((done) => channel.bind('pusher:subscription_succeeded', (all: { members: unknown }) => done(all.members)));
    }, settings);
    expect(members).toEqual({ ann: { name: 'ann the user' } });
  });

  it('lets Laravel Echo on the server’s own host join, with its CSRF option', async () => {
    const page = await site.visit(await site.newWindow(), 'live');
    const csrfToken = await site.startSession(page, 'ann');
    const outcome = await page.evaluate(
      async ({ key, wssPort, csrfToken: token }) => {
        const { Echo } = globalThis as unknown as { Echo: { default: typeof import('laravel-echo').default } };
        const echo = new Echo.default<'reverb'>({
          broadcaster: 'reverb',
          key,
          wsHost: location.hostname,
          wssPort,
          forceTLS: true,
          enabledTransports: ['ws', 'wss'],
          authEndpoint: `/auth/${key}/channel`,
          csrfToken: token,
        });
        const joined = new Promise((done) => echo.private('user.ann').subscribed(() => done('joined')));
        const refused = new Promise((done) => echo.private('user.ben').error((fault: { status: number }) => done(fault.status)));
        return Promise.all([joined, refused]);
      },
      { key: site.key, wssPort: site.port, csrfToken },
    );
    expect(outcome).toEqual(['joined', 403]);
  });

  it('lets pusher-js on another host of the site connect and join, also after the page was loaded anew', async () => {
    const context = await site.newWindow();
    await site.startSession(await site.visit(context, 'app'), 'ann');
    const page = await site.visit(context, 'app');
    const members = await page.evaluate(
      async ({ key, live, wssPort }) => {
        const { Pusher } = globalThis as unknown as { Pusher: typeof import('pusher-js').default };
        const post = async (name: string, headers: Record<string, string>, body?: URLSearchParams) =>
          (await fetch(`${live}/auth/${key}/${name}`, { method: 'POST', credentials: 'include', headers, ...(body && { body }) })).json();
        const { csrf_token: csrf } = await post('session', {});
        const pusher = new Pusher(key, {
          cluster: '',
          wsHost: new URL(live).hostname,
          wssPort,
          forceTLS: true,
          enabledTransports: ['ws', 'wss'],
          channelAuthorization: {
            endpoint: '',
            transport: 'ajax',
            customHandler: ({ socketId, channelName }, callback) => {
              const body = new URLSearchParams({ socket_id: socketId, channel_name: channelName });
              post('channel', { 'X-CSRF-Token': csrf }, body).then(
                (answer) => callback(null, answer),
                (fault) => callback(fault, null),
              );
            },
          },
        });
        const channel = pusher.subscribe('presence-room');
        return new Promise((done) => channel.bind('pusher:subscription_succeeded', (all: { members: unknown }) => done(all.members)));
      },
      { key: site.key, live: site.live, wssPort: site.port },
    );
    expect(members).toEqual({ ann: { name: 'ann the user' } });
  });

  it('authorises nothing without its CSRF token, with a wrong one, or with another session’s', async () => {
    const page = await site.visit(await site.newWindow(), 'app');
    const csrf = await site.startSession(page, 'ann');
    const foreign = await site.startSession(await site.visit(await site.newWindow(), 'app'), 'eve');
    expect(await statusOf(page, csrf)).toBe(200);
    for (const wrong of ['', 'x'.repeat(43), foreign]) expect(await statusOf(page, wrong)).toBe(403);
  });

  it('ends when the page says so', async () => {
    const context = await site.newWindow();
    const page = await site.visit(context, 'app');
    const csrf = await site.startSession(page, 'ann');
    expect((await site.ask(page, 'session', { method: 'DELETE' }))?.status).toBe(403);
    expect((await site.ask(page, 'session', { method: 'DELETE', headers: { 'x-csrf-token': csrf } }))?.status).toBe(200);
    expect(await context.cookies()).toEqual([]);
    expect(await statusOf(page, csrf)).toBe(401);
  });

  it('gets a ticket, with which a page without cookies connects', async () => {
    const page = await site.visit(await site.newWindow(), 'app');
    const csrf = await site.startSession(page, 'ann');
    const answer = await site.ask(page, 'ticket', { headers: { 'x-csrf-token': csrf } });
    const { ws_path: wsPath } = JSON.parse(answer?.body ?? '') as { ws_path: string };
    const elsewhere = await site.visit(await site.newWindow(), 'app');
    const state = await elsewhere.evaluate(
      ({ key, wsHost, wssPort, wsPath: path }) => {
        const { Pusher } = globalThis as unknown as { Pusher: typeof import('pusher-js').default };
        const pusher = new Pusher(key, { cluster: '', wsHost, wssPort, wsPath: path, forceTLS: true, enabledTransports: ['ws', 'wss'] });
        return new Promise((done) =>
          pusher.connection.bind('state_change', ({ current }: { current: string }) => current !== 'connecting' && done(current)),
        );
      },
      { key: site.key, wsHost: 'live.clarion.test', wssPort: site.port, wsPath },
    );
    expect(state).toBe('connected');
  });
});
