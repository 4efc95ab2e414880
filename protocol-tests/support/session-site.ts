import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import { freePort } from '../../src/testing/free-port.ts';
import { launchChromium, servePage } from './browser.ts';
import { makeCertificate } from './certificate.ts';
import { startServer } from './server.ts';
import { signToken } from './token.ts';

/** Who a page belongs to: the server's own host, another host of its site, a neighbour on the site whom nobody trusts, somebody else. */
type Owner = 'live' | 'app' | 'neighbour' | 'stranger';

interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly form?: Readonly<Record<string, string>>;
}

interface Received {
  readonly status: number;
  readonly body: string;
}

/** A server with TLS whose app takes tokens as cookies and tickets only, and a browser to which the hosts of four owners exist. */
export interface SessionSite {
  readonly key: string;
  readonly port: number;
  /** `https://HOST:PORT` of the server. */
  readonly live: string;
  /** The address of a hosted endpoint. */
  endpoint(name: string): string;
  /** A window with cookies of its own, until the test ends. */
  newWindow(): Promise<BrowserContext>;
  /** A page with pusher-js and Echo. */
  visit(window: BrowserContext, owner: Owner): Promise<Page>;
  /** What `fetch` in the page gets from an endpoint, cookies included; `undefined` when the browser keeps it from the page. */
  ask(page: Page, name: string, sent?: Sent): Promise<Received | undefined>;
  /** Turns a token into a session, as a page does after its user has signed in. Returns the CSRF token. */
  startSession(page: Page, sub: string): Promise<string>;
  close(): Promise<void>;
}

/** What a page posts for a channel. The socket does not matter where nobody connects with it. */
export const room = { socket_id: '1.2', channel_name: 'private-room' };

const tokenSecret = 'a secret that only the token issuer has';
const key = 'sessions-key';

export function tokenOf(sub: string): string {
  return signToken(tokenSecret, { sub, name: `${sub} the user` });
}

export async function startSessionSite(): Promise<SessionSite> {
  const folder = mkdtempSync(join(tmpdir(), 'clarion-tls-'));
  const port = await freePort();
  const origins: Readonly<Record<Owner, string>> = {
    live: `https://live.clarion.test:${port}`,
    app: 'https://app.clarion.test',
    neighbour: 'https://neighbour.clarion.test',
    stranger: 'https://stranger.test',
  };
  const config = { apps: [appOf([origins.live, origins.app])], drain: { windowSeconds: 0 }, server: { port, tls: makeCertificate(folder) } };
  const [browser, server] = await Promise.all([launchChromium('--host-resolver-rules=MAP *.test 127.0.0.1'), startServer(config)]);
  const endpoint = (name: string): string => `${origins.live}/auth/${key}/${name}`;
  const ask = (page: Page, name: string, sent: Sent = {}) => askFor(page, endpoint(name), sent);
  return {
    key,
    port,
    live: origins.live,
    endpoint,
    ask,
    newWindow: () => openWindow(browser, Object.values(origins)),
    visit: async (window, owner) => {
      const page = await window.newPage();
      await page.goto(`${origins[owner]}/page/index.html`);
      return page;
    },
    startSession: async (page, sub) => {
      const response = await ask(page, 'session', { headers: { authorization: `Bearer ${tokenOf(sub)}` } });
      expect(response).toMatchObject({ status: 200 });
      return (JSON.parse(response?.body ?? '') as { csrf_token: string }).csrf_token;
    },
    close: async () => {
      await Promise.all([browser.close(), server.stop()]);
      rmSync(folder, { recursive: true });
    },
  };
}

function appOf(allowedOrigins: readonly string[]): object {
  const policies = { subscribe: ['private-room', 'presence-room', 'private-user.{sub}'], publish: [] };
  const jwt = { mode: 'required', secret: tokenSecret, sources: ['cookie', 'ticket'], userInfo: { name: 'name' }, policies };
  return { id: 'sessions', key, secret: 'sessions-secret', allowedOrigins, jwt };
}

async function openWindow(browser: Browser, hosts: readonly string[]): Promise<BrowserContext> {
  const window = await browser.newContext({ ignoreHTTPSErrors: true });
  onTestFinished(() => window.close());
  // Names that lead to this machine look like an attack on it: what refuses these pages shall be the server.
  for (const origin of hosts) await window.grantPermissions(['local-network-access'], { origin });
  for (const host of hosts) await servePage(window, host);
  return window;
}

function askFor(page: Page, url: string, { method = 'POST', headers = {}, form }: Sent): Promise<Received | undefined> {
  const sent = { url, method, headers, form };
  return page.evaluate(async ({ url: address, form: fields, ...init }) => {
    try {
      const body = fields === undefined ? {} : { body: new URLSearchParams(fields) };
      const response = await fetch(address, { ...init, ...body, credentials: 'include' });
      return { status: response.status, body: await response.text() };
    } catch {
      return undefined;
    }
  }, sent);
}
