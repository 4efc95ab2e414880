import { readFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, type BrowserContext, chromium } from 'playwright-core';

const chromiumPath = '/usr/bin/chromium';
const root = new URL('../../', import.meta.url);

/** What the site serves: the browser builds as their packages ship them, below the page of this suite. */
const files: ReadonlyMap<string, readonly [type: string, path: string]> = new Map([
  ['/plain/page.html', ['text/html', 'protocol-tests/browser/page.html']],
  ['/plain/pusher.js', ['text/javascript', 'node_modules/pusher-js/dist/web/pusher.min.js']],
  ['/encrypted/page.html', ['text/html', 'protocol-tests/browser/page.html']],
  ['/encrypted/pusher.js', ['text/javascript', 'node_modules/pusher-js/dist/web/pusher-with-encryption.min.js']],
  ['/echo.js', ['text/javascript', 'node_modules/laravel-echo/dist/echo.iife.js']],
]);

/** Debian's Chromium without a window and without traffic of its own; with further arguments, if there are any. */
export function launchChromium(...more: readonly string[]): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...more,
    ],
  });
}

const page = '<!doctype html><script src="/page/encrypted/pusher.js"></script><script src="/page/echo.js"></script>';

/**
 * Serves a page with both clients below this address, whoever else may listen there: a page of any host needs neither a server nor a name, and one on
 * the server's own host stands for a proxy in front of both.
 */
export async function servePage(context: BrowserContext, url: string): Promise<void> {
  await context.route(`${url}/page/**`, async (route) => {
    const [contentType, file] = files.get(new URL(route.request().url()).pathname.slice('/page'.length)) ?? [];
    if (file === undefined) return route.fulfill({ contentType: 'text/html', body: page });
    return route.fulfill({ contentType: contentType ?? '', body: await readFile(new URL(file, root)) });
  });
}

/** The static files of a small web application. */
export interface Site {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  close(): Promise<void>;
}

export async function startSite(): Promise<Site> {
  const server = createServer((request, response) => {
    serve(new URL(request.url ?? '/', 'http://site').pathname, response).catch(() => response.writeHead(500).end());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

async function serve(path: string, response: ServerResponse): Promise<void> {
  const [type, file] = files.get(path) ?? [];
  if (type === undefined || file === undefined) response.writeHead(404).end();
  else response.setHeader('content-type', type).end(await readFile(new URL(file, root)));
}
