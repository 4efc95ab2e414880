import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../config/fault.ts';
import { loadConfig } from '../config/load.ts';
import { assertProperty } from '../testing/assert-property.ts';
import { temporaryFile } from '../testing/temporary-folder.ts';
import { type Migration, migrate } from './migrate.ts';
import { readFile } from './read-file.ts';
import type { FamilyName } from './source.ts';

function migrated(content: object | string, from?: FamilyName): Migration {
  const file = temporaryFile('source', typeof content === 'string' ? content : JSON.stringify(content));
  return migrate(readFile(file, from), 'source');
}

function outcomes(content: object | string, from?: FamilyName): Readonly<Record<string, string>> {
  return Object.fromEntries(migrated(content, from).findings.map(({ name, outcome }) => [name, outcome]));
}

const reverb = 'REVERB_APP_ID=1\nREVERB_APP_KEY=k\nREVERB_APP_SECRET=s\n';

describe('a .env file', () => {
  it.each([
    [reverb, { preset: 'reverb', server: { port: 8080 }, apps: [{ id: '1', key: 'k', secret: 's' }] }],
    [`${reverb}REVERB_SERVER_PORT=6001`, { server: { port: 6001 } }],
    [`${reverb}REVERB_HOST=ws.test\nREVERB_PORT=443`, { server: { port: 8080 } }],
    [`${reverb}REVERB_SCALING_ENABLED=true\nREDIS_HOST=r\nREDIS_PASSWORD=null`, { redis: { url: 'redis://r:6379' } }],
    [
      `${reverb}REVERB_APP_RATE_LIMITING_ENABLED=true\nREVERB_APP_RATE_LIMIT_MAX_ATTEMPTS=600`,
      { limits: { messagesPerSecond: 10, messageBurst: 600 } },
    ],
    ['PUSHER_APP_ID=1\nPUSHER_APP_KEY=k\nPUSHER_APP_SECRET=s\nLARAVEL_WEBSOCKETS_PORT=6005', { preset: 'pusher', server: { port: 6005 } }],
    ['SOKETI_DEFAULT_APP_ID=1\nSOKETI_DEFAULT_APP_KEY=k\nSOKETI_DEFAULT_APP_SECRET=s\nSOKETI_DEBUG=1', { preset: 'soketi', log: { level: 'debug' } }],
    ['SOKETI_SHUTDOWN_GRACE_PERIOD=5000', { preset: 'soketi', drain: { windowSeconds: 5 } }],
  ])('%j becomes %j', (text, settings) => {
    expect(migrated(text).settings).toMatchObject(settings);
  });

  it('has every variable of the server in the report, and those of others where they matter', () => {
    const text = [
      reverb,
      'APP_NAME=Shop',
      'BROADCAST_CONNECTION=reverb',
      'REVERB_PULSE_INGEST_INTERVAL=15',
      'REVERB_SCALING_CHANNEL=c',
      'REVERB_SEVER_PORT=1',
      'VITE_REVERB_APP_KEY=k',
      'PUSHER_APP_KEY=p',
      'no assignment',
    ].join('\n');
    expect(outcomes(text)).toEqual({
      REVERB_APP_ID: 'taken over',
      REVERB_APP_KEY: 'taken over',
      REVERB_APP_SECRET: 'taken over',
      BROADCAST_CONNECTION: 'needless',
      REVERB_PULSE_INGEST_INTERVAL: 'without counterpart',
      REVERB_SCALING_CHANNEL: 'needless',
      REVERB_SEVER_PORT: 'not known',
      VITE_REVERB_APP_KEY: 'needless',
      PUSHER_APP_KEY: 'needless',
      'line 12': 'not known',
    });
  });

  it('may hold several servers, of which one is asked for', () => {
    const text = `${reverb}PUSHER_APP_ID=2\nPUSHER_APP_KEY=pk\nPUSHER_APP_SECRET=ps`;
    expect(migrated(text).settings).toMatchObject({ preset: 'reverb', apps: [{ id: '1' }] });
    expect(migrated(text, 'laravel-websockets').settings).toMatchObject({ preset: 'pusher', apps: [{ id: '2' }] });
  });
});

const soketi = {
  debug: false,
  port: 6005,
  'database.redis.host': 'redis.test',
  adapter: { driver: 'redis', redis: { prefix: 'shop' } },
  appManager: {
    driver: 'array',
    array: {
      apps: [
        { id: 'a', key: 'ka', secret: 'sa', maxConnections: -1, maxClientEventsPerSecond: 5, maxEventPayloadInKb: 500, webhooks: [] },
        { id: 'b', key: 'kb', secret: 'sb', enable_client_messages: false, maxPresenceMembersPerChannel: 50, color: 'red' },
      ],
    },
  },
  metrics: null,
  'ssl.passphrase': 'open sesame',
  queue: { driver: 'sqs' },
  weather: { is: 'fine' },
};

const reverbApp = {
  app_id: '1',
  key: 'k1',
  secret: 's1',
  options: { host: null, port: 443, scheme: 'https', useTLS: true },
  allowed_origins: ['*'],
  ping_interval: 60,
  activity_timeout: 30,
  max_connections: null,
  max_message_size: 10000,
  accept_client_events_from: 'members',
  rate_limiting: { enabled: true, max_attempts: 120, decay_seconds: 60, terminate_on_limit: false },
};

const reverbConfig = {
  default: 'reverb',
  servers: {
    reverb: {
      host: '0.0.0.0',
      port: 8081,
      path: '',
      hostname: null,
      options: { tls: [] },
      max_request_size: 300000,
      scaling: { enabled: true, channel: 'shop', server: { url: null, host: 'r', port: '6380', password: 'p', database: '2', timeout: 60 } },
      pulse_ingest_interval: 15,
    },
  },
  apps: { provider: 'config', apps: [reverbApp, { app_id: '2', key: 'k2', secret: 's2', max_message_size: 200000 }] },
};

const websocketsConfig = {
  dashboard: { port: 6002 },
  apps: [{ id: '1', name: 'Shop', key: 'k', secret: 's', path: null, capacity: 100, enable_client_messages: false, enable_statistics: true }],
  allowed_origins: [],
  max_request_size_in_kb: 250,
  path: 'laravel-websockets',
  statistics: { model: 'M' },
  ssl: { local_cert: null, local_pk: null, passphrase: null },
};

describe('a configuration as JSON', () => {
  it('of Soketi keeps its apps, each with limits of its own', () => {
    const { settings } = migrated(soketi);
    expect(settings).toEqual({
      preset: 'soketi',
      server: { port: 6005 },
      redis: { url: 'redis://redis.test:6379', keyPrefix: 'shop' },
      limits: { webSocketMessageBytes: 1_024_000, httpBodyBytes: 10_240_000 },
      apps: [
        { id: 'a', key: 'ka', secret: 'sa', maxConnections: null, limits: { clientEventsPerSecond: 5, eventDataBytes: 512_000 }, webhooks: [] },
        { id: 'b', key: 'kb', secret: 'sb', clientEvents: false, limits: { presenceMembers: 50 } },
      ],
    });
    expect(outcomes(soketi)).toMatchObject({
      debug: 'needless',
      'database.redis.host': 'taken over',
      'ssl.passphrase': 'without counterpart',
      'queue.driver': 'without counterpart',
      weather: 'not known',
      'appManager.array.apps[1].color': 'not known',
      'appManager.array.apps[1].enableClientMessages': 'taken over',
    });
    expect(JSON.stringify(migrated(soketi).findings)).not.toMatch(/open sesame|"sa"|fine/);
  });

  it('of Reverb keeps its apps', () => {
    expect(migrated(reverbConfig).settings).toEqual({
      preset: 'reverb',
      server: { host: '0.0.0.0', port: 8081 },
      redis: { url: 'redis://r:6380', password: 'p', db: 2, keyPrefix: 'shop' },
      limits: { httpBodyBytes: 300_000, webSocketMessageBytes: 200_000, eventDataBytes: 300_000 },
      apps: [
        {
          id: '1',
          key: 'k1',
          secret: 's1',
          allowedOrigins: ['*'],
          clientEvents: true,
          limits: { activityTimeoutSeconds: 30, messagesPerSecond: 2, messageBurst: 120, terminateOnRateLimit: false },
        },
        { id: '2', key: 'k2', secret: 's2', limits: { eventDataBytes: 300_000 } },
      ],
    });
    expect(Object.values(outcomes(reverbConfig))).not.toContain('not known');
  });

  it('of laravel-websockets keeps its apps', () => {
    expect(migrated(websocketsConfig).settings).toEqual({
      preset: 'pusher',
      server: { port: 6002 },
      limits: { httpBodyBytes: 256_000 },
      apps: [{ id: '1', key: 'k', secret: 's', maxConnections: 100, clientEvents: false }],
    });
    expect(outcomes(websocketsConfig)).toMatchObject({ statistics: 'without counterpart', allowed_origins: 'needless', 'apps[0].name': 'needless' });
  });

  it.each([soketi, reverbConfig, websocketsConfig])('makes a configuration that a server starts with', (content) => {
    const { settings } = migrated(content);
    expect(loadConfig({ settings, environment: {} }).config.apps.length).toBeGreaterThan(0);
  });
});

describe('what cannot be read', () => {
  it.each([
    ['{', 'is not valid JSON'],
    ['[]', 'must hold an object'],
    ['"text"', 'must hold an object'],
    ['{"weather":{}}', 'has nothing of'],
    ['', 'has nothing of'],
    ['APP_NAME=Shop', 'has nothing of'],
    ['<?php return [];', 'php artisan tinker'],
    ['REVERB_SERVER_PORT=many\nREVERB_APP_ID=1', 'must be a whole number'],
    ['REVERB_APP_ID=1\nREVERB_APP_KEY=k', 'apps[0].secret: is missing'],
    ['{"appManager":{"array":{"apps":[{"id":"a","key":"k","secret":"s","webhooks":"x"}]}}}', 'must be a list'],
    ['{"appManager":{"array":{"apps":[{"id":"a","key":"k","secret":"s"},{"id":"a","key":"k","secret":"s"}]}}}', 'is the same as'],
  ])('%j is refused: %s', (text, sentence) => {
    expect(() => migrated(text)).toThrow(ConfigError);
    expect(() => migrated(text)).toThrow(sentence);
  });

  it('includes a list of apps that is none, and an app that is none', () => {
    expect(migrated({ port: 6001, appManager: { array: { apps: { 0: {} } } } }).findings).toContainEqual(
      expect.objectContaining({ name: 'appManager.array.apps', outcome: 'not known', remark: 'is no list' }),
    );
    expect(() => migrated({ port: 6001, appManager: { array: { apps: [7] } } })).toThrow('apps[0].key: is missing');
  });

  it('never ends in anything but a migration or a sentence', () => {
    assertProperty(
      fc.property(
        fc.oneof(
          fc.json(),
          fc.string(),
          fc.dictionary(fc.constantFrom(...soketiNames), fc.jsonValue()).map((value) => JSON.stringify(value)),
        ),
        (text) => {
          try {
            migrated(text);
          } catch (error) {
            expect(error).toBeInstanceOf(ConfigError);
          }
        },
      ),
      100,
    );
  });
});

const soketiNames = ['port', 'host', 'appManager', 'appManager.array.apps', 'adapter', '__proto__', 'constructor', 'database.redis.sentinels'];
