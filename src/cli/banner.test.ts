import { expect, it } from 'vitest';
import { loadConfig } from '../config/load.ts';
import { localUrl } from './address.ts';
import { describeDevelopmentApp } from './banner.ts';

const [app] = loadConfig({ environment: {} }).config.apps;

function describeAt(url: string): string {
  if (app === undefined) throw new Error('there is no development app');
  return describeDevelopmentApp(app, url, 1_700_000_000_000);
}

it('leads clients without TLS to the plain port', () => {
  const text = describeAt('http://127.0.0.1:6001');
  expect(text).toContain("wsHost: '127.0.0.1', wsPort: 6001, forceTLS: false");
  expect(text).not.toContain('wsPath');
  expect(text).toContain("'http://127.0.0.1:6001/apps/app-id/events?auth_key=app-key&auth_timestamp=1700000000&");
});

it('leads clients with TLS and a path prefix to both', () => {
  const text = describeAt('https://ws.test:6001/realtime');
  expect(text).toContain("wsHost: 'ws.test', wssPort: 6001, wsPath: '/realtime', forceTLS: true");
  expect(text).toContain("'https://ws.test:6001/realtime/apps/app-id/events?");
});

it.each([
  [{ host: '0.0.0.0', port: 1, path: '' }, 'http://127.0.0.1:1'],
  [{ host: '::', port: 1, path: '' }, 'http://127.0.0.1:1'],
  [{ host: '::1', port: 1, path: '/a' }, 'http://[::1]:1/a'],
  [{ host: 'ws.test', port: 1, path: '', tls: { certFile: 'c', keyFile: 'k' } }, 'https://ws.test:1'],
])('reaches a server on this machine that listens on %j', (server, url) => {
  expect(localUrl(server)).toBe(url);
});
