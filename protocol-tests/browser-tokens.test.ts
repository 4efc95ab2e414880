import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { sdk } from './support/auth-endpoint.ts';
import { launchChromium, type Site, startSite } from './support/browser.ts';
import { isForeign } from './support/own-server.ts';
import { startServer, type TestServer } from './support/server.ts';
import { targetAt } from './support/target.ts';
import { signToken } from './support/token.ts';

const tokenSecret = 'a secret that only the token issuer has';
const encryptionMasterKey = Buffer.alloc(32, 6);
const app = { id: 'tokens', key: 'tokens-key', secret: 'tokens-secret' };

let browser: Browser;
let site: Site;
let foreignSite: Site;
let server: TestServer;
beforeAll(async () => {
  if (isForeign()) return;
  [browser, site, foreignSite] = await Promise.all([launchChromium(), startSite(), startSite()]);
  const policies = { subscribe: ['private-*', 'presence-*'] };
  const jwt = { secret: tokenSecret, userInfo: { name: 'name' }, policies, encryptionMasterKey: encryptionMasterKey.toString('base64') };
  server = await startServer({ apps: [{ ...app, allowedOrigins: [site.url], jwt }], drain: { windowSeconds: 0 } });
});
afterAll(() => Promise.all([browser?.close(), site?.close(), foreignSite?.close(), server?.stop()]));

const endpoint = (name: string): string => `${server.httpUrl}/auth/${app.key}/${name}`;
const token = (): string => signToken(tokenSecret, { sub: 'ann', name: 'Ann' });

/** A page in which Echo has a bearer token; its origin is not the server's. */
async function visit({ url }: Site): Promise<Page> {
  const context = await browser.newContext();
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const query = new URLSearchParams({ key: app.key, port: String(server.port), auth: endpoint('channel'), token: token() });
  await page.goto(`${url}/encrypted/page.html?${query}`);
  return page;
}

describe.skipIf(isForeign())('Laravel Echo with a bearer token, in a page of another origin', () => {
  it('joins, and decrypts what the server cannot read', async () => {
    const page = await visit(site);
    const here = page.evaluate(() => new Promise((done) => echo.join('room').here(done)));
    expect(await here).toEqual([{ name: 'Ann' }]);
    await page.evaluate(() => {
      const channel = echo.encryptedPrivate('vault');
      channel.listen('.opened', (data: unknown) => seen.push(['opened', data]));
      return new Promise<void>((done) => channel.subscribed(() => done()));
    });
    await sdk(targetAt(server.httpUrl, app), { encryptionMasterKey }).trigger('private-encrypted-vault', 'opened', { code: 1234 });
    await expect.poll(() => page.evaluate(() => seen)).toEqual([['opened', { code: 1234 }]]);
  });

  it('gets nothing when that origin is not listed', async () => {
    const page = await visit(foreignSite);
    await page.waitForFunction(() => echo.connector.pusher.connection.state === 'disconnected');
    const asked = page.evaluate(
      ([url, bearer]) =>
        fetch(url ?? '', { method: 'POST', headers: { authorization: `Bearer ${bearer}` } }).then(
          ({ status }) => status,
          () => 'blocked',
        ),
      [endpoint('ticket'), token()],
    );
    expect(await asked).toBe('blocked');
  });
});
