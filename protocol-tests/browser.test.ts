import type Echo from 'laravel-echo';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../src/testing/free-port.ts';
import { trigger } from './support/api.ts';
import { apps } from './support/apps.ts';
import { type AuthEndpoint, sdk, startAuthEndpoint } from './support/auth-endpoint.ts';
import { launchChromium, type Site, startSite } from './support/browser.ts';
import { FrontDoor } from './support/front-door.ts';
import { startServer, type TestServer } from './support/server.ts';
import { type Target, targetAt } from './support/target.ts';
import { unique } from './support/unique.ts';

declare global {
  /** In the page: the connection of Echo. */
  var echo: Echo<'reverb'>;
  /** In the page: what it was told so far. */
  var seen: unknown[][];
}

const encryptionMasterKey = Buffer.alloc(32, 9);
/** A chosen port: one that the system has picked could not be taken again at once. */
const config = { apps: [apps.plain], drain: { windowSeconds: 0 }, server: { port: await freePort() } };

let browser: Browser;
let site: Site;
let auth: AuthEndpoint;
let server: TestServer;
let target: Target;
let door: FrontDoor;

beforeAll(async () => {
  [browser, site, server, door] = await Promise.all([launchChromium(), startSite(), startServer(config), FrontDoor.open()]);
  target = targetAt(server.httpUrl, apps.plain);
  auth = await startAuthEndpoint(target, { encryptionMasterKey });
  door.leadTo(server);
});
afterAll(async () => {
  await Promise.all([browser.close(), site.close(), auth.close(), door.close(), server.stop()]);
});

/** A page with one of the two builds of pusher-js, in which this user is connected. */
async function visit(user: string, build: 'plain' | 'encrypted' = 'plain'): Promise<Page> {
  const context = await browser.newContext();
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const query = new URLSearchParams({ key: target.key, port: String(door.port), auth: auth.channelUrl(user) });
  await page.goto(`${site.url}/${build}/page.html?${query}`);
  await page.waitForFunction(() => echo.connector.pusher.connection.state === 'connected');
  return page;
}

/** Resolves when the page was told all of these, in this order; other things may be in between. */
async function told(page: Page, ...wanted: readonly unknown[][]): Promise<void> {
  await expect.poll(() => page.evaluate(() => seen), { timeout: 15_000 }).toEqual(expect.arrayContaining(wanted as unknown[][]));
  const all = (await page.evaluate(() => seen)).map((entry) => JSON.stringify(entry));
  const places = wanted.map((entry) => all.indexOf(JSON.stringify(entry)));
  expect(places).toEqual(places.toSorted((a, b) => a - b));
}

/** Listens to `shipped` on a private channel and resolves when subscribed. */
async function listenPrivately(page: Page, room: string): Promise<void> {
  await page.evaluate((name) => {
    const channel = echo.private(name);
    channel.subscribed(() => seen.push(['subscribed']));
    channel.listen('.shipped', (data: unknown) => seen.push(['shipped', data]));
  }, room);
  await told(page, ['subscribed']);
}

it('delivers to a private channel of Echo', async () => {
  const room = unique('orders');
  const page = await visit('ada');
  await listenPrivately(page, room);
  await trigger(target, { name: 'shipped', data: '{"id":7,"to":"Zürich"}', channels: [`private-${room}`] });
  await told(page, ['shipped', { id: 7, to: 'Zürich' }]);
});

it('shows two pages to each other, and passes on whispers', async () => {
  const room = unique('team');
  const [ada, bob] = await Promise.all([visit('ada'), visit('bob')]);
  const join = (page: Page): Promise<void> =>
    page.evaluate((name) => {
      const channel = echo.join(name);
      channel.here((users: { name: string }[]) => seen.push(['here', users.map((user) => user.name).sort()]));
      channel.joining((user: { name: string }) => seen.push(['joining', user.name]));
      channel.leaving((user: { name: string }) => seen.push(['leaving', user.name]));
      channel.listenForWhisper('typing', (data: unknown) => seen.push(['whisper', data]));
    }, room);
  await join(ada);
  await told(ada, ['here', ['ada']]);
  await join(bob);
  await told(bob, ['here', ['ada', 'bob']]);
  await told(ada, ['here', ['ada']], ['joining', 'bob']);
  await bob.evaluate((name) => {
    echo.join(name).whisper('typing', { at: 'line 3' });
  }, room);
  await told(ada, ['joining', 'bob'], ['whisper', { at: 'line 3' }]);
  await bob.close();
  await told(ada, ['whisper', { at: 'line 3' }], ['leaving', 'bob']);
  expect(await ada.evaluate(() => seen.length)).toBe(4);
});

it('delivers what only the pages can read', async () => {
  const room = unique('vault');
  const page = await visit('ada', 'encrypted');
  await page.evaluate((name) => {
    const channel = echo.encryptedPrivate(name);
    channel.subscribed(() => seen.push(['subscribed']));
    channel.listen('.opened', (data: unknown) => seen.push(['opened', data]));
  }, room);
  await told(page, ['subscribed']);
  await sdk(target, { encryptionMasterKey }).trigger(`private-encrypted-${room}`, 'opened', { code: 1234 });
  await told(page, ['opened', { code: 1234 }]);
});

it('brings the pages back when the server was restarted', async () => {
  const room = unique('orders');
  const page = await visit('ada');
  await listenPrivately(page, room);
  await page.evaluate(() => seen.splice(0));
  door.leadTo(undefined);
  expect(await server.stop()).toBe(0);
  server = await startServer(config);
  door.leadTo(server);
  await told(page, ['subscribed']);
  await trigger(target, { name: 'shipped', data: '{"id":8}', channels: [`private-${room}`] });
  await told(page, ['shipped', { id: 8 }]);
});
