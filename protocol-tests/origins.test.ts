import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Client } from './support/client.ts';
import { isForeign } from './support/own-server.ts';
import { refusedWith } from './support/refused.ts';
import { startServer, type TestServer } from './support/server.ts';
import { needsOwnServer, type Target, targetAt } from './support/target.ts';

const apps = {
  exact: { allowedOrigins: ['https://example.com', 'http://localhost:3000/', 'https://bücher.example'] },
  wild: { allowedOrigins: ['https://*.example.com'] },
  hosts: { allowedOrigins: ['example.com', '*.example.org', 'example.net:8080'] },
  opaque: { allowedOrigins: ['null', 'capacitor://localhost'], allowMissingOrigin: true },
  all: { allowedOrigins: ['*'] },
} as const;

type Name = keyof typeof apps;

let server: TestServer;

beforeAll(async () => {
  if (isForeign()) return;
  server = await startServer({ apps: Object.entries(apps).map(([id, app]) => ({ id, key: `${id}-key`, secret: 's', ...app })) });
});

afterAll(async () => {
  if (!isForeign()) await server.stop();
});

beforeEach(needsOwnServer('lists of origins'));

const targetOf = (id: Name): Target => targetAt(server.httpUrl, { id, key: `${id}-key`, secret: 's' });
const headersOf = (origin: string | undefined) => (origin === undefined ? {} : { headers: { origin } });

const allowed: readonly [Name, string | undefined][] = [
  ['exact', 'https://example.com'],
  ['exact', 'https://example.com:443'],
  ['exact', 'https://example.com/'],
  ['exact', 'HTTPS://EXAMPLE.COM'],
  ['exact', 'http://localhost:3000'],
  ['exact', 'https://xn--bcher-kva.example'],
  ['wild', 'https://a.example.com'],
  ['wild', 'https://a.b.example.com'],
  ['hosts', 'https://example.com'],
  ['hosts', 'http://example.com:8080'],
  ['hosts', 'https://a.b.example.org'],
  ['hosts', 'http://example.net:8080'],
  ['opaque', 'null'],
  ['opaque', 'capacitor://localhost'],
  ['opaque', undefined],
  ['all', 'https://anywhere.test'],
  ['all', 'null'],
  ['all', undefined],
];

const refused: readonly [Name, string | undefined][] = [
  ['exact', undefined],
  ['exact', 'null'],
  ['exact', 'http://example.com'],
  ['exact', 'https://example.com:8443'],
  ['exact', 'https://example.com:443:443'],
  ['exact', 'https://evil-example.com'],
  ['exact', 'https://example.com.evil'],
  ['exact', 'https://example.com.'],
  ['exact', 'https://example.com@evil.test'],
  ['exact', 'https://evil.test@example.com'],
  ['exact', 'https://evil.test/https://example.com'],
  ['exact', 'https://evil.test#example.com'],
  ['exact', 'https://evil.test?example.com'],
  ['exact', 'https://example.com//'],
  ['exact', 'https://example.com/path'],
  ['exact', 'https://evil.test, https://example.com'],
  ['exact', 'https://xn--bcher-kv.example'],
  ['exact', 'https:example.com'],
  ['exact', '//example.com'],
  ['exact', 'example.com'],
  ['exact', 'https://*.example.com'],
  ['exact', 'http://localhost'],
  ['exact', 'http://localhost:3001'],
  ['wild', 'https://example.com'],
  ['wild', 'https://.example.com'],
  ['wild', 'https://evil-example.com'],
  ['wild', 'https://aexample.com'],
  ['wild', 'https://a.example.com.evil'],
  ['wild', 'https://evil.test/.example.com'],
  ['wild', 'http://a.example.com'],
  ['wild', 'https://a.example.com:444'],
  ['hosts', 'https://a.example.com'],
  ['hosts', 'https://example.org'],
  ['hosts', 'http://example.net'],
  ['opaque', 'https://null'],
  ['opaque', 'http://localhost'],
];

describe('the origin of a handshake (clause 1.1)', () => {
  it.each(allowed)('is allowed for the app %s: %s', async (name, origin) => {
    const client = await Client.connect(targetOf(name), headersOf(origin));
    await client.quiet();
  });

  it.each(refused)('is refused for the app %s with 4009, after the upgrade and before anything is established: %s', async (name, origin) => {
    expect(await refusedWith(targetOf(name), headersOf(origin))).toBe(4009);
  });

  it('that is refused takes no place of the quota', async (context) => {
    const quota = { id: 'quota', key: 'quota-key', secret: 's' };
    const own = await startServer({ apps: [{ ...quota, maxConnections: 1, allowedOrigins: ['https://example.com'] }] });
    context.onTestFinished(async () => void (await own.stop()));
    const target = targetAt(own.httpUrl, quota);
    for (let times = 0; times < 3; times += 1) expect(await refusedWith(target, headersOf('https://evil.test'))).toBe(4009);
    await Client.connect(target, headersOf('https://example.com'));
  });

  it('may be listed in the variable of Reverb', async (context) => {
    const app = { id: 'reverb', key: 'reverb-key', secret: 's' };
    const environment = { REVERB_APP_ID: app.id, REVERB_APP_KEY: app.key, REVERB_APP_SECRET: app.secret };
    const origins = { REVERB_ALLOWED_ORIGINS: 'https://example.com, *.example.org' };
    const own = await startServer({}, { environment: { ...environment, ...origins } });
    context.onTestFinished(async () => void (await own.stop()));
    const target = targetAt(own.httpUrl, app);
    await Client.connect(target, headersOf('https://example.com'));
    await Client.connect(target, headersOf('http://a.example.org:3000'));
    expect(await refusedWith(target, headersOf('http://example.com'))).toBe(4009);
  });
});
