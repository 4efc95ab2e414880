import { describe, expect, it } from 'vitest';
import { describeSettings } from './json-schema.ts';
import { listOptions } from './option.ts';
import { soketiAliases } from './soketi-aliases.ts';
import { soketiWithoutCounterpart } from './soketi-unsupported.ts';
import { gatherVariables } from './variables.ts';

const options = new Map(listOptions(describeSettings()).map((option) => [option.path, option]));

function meaningOf(name: string, environment: Readonly<Record<string, string>>) {
  const variables = gatherVariables(environment, new Map(), '');
  return soketiAliases[name]?.(variables.get(name)?.text ?? '', { options, variables });
}

const same: readonly (readonly [name: string, text: string, path: string, value: unknown])[] = [
  ['SOKETI_HOST', '127.0.0.1', 'server.host', '127.0.0.1'],
  ['SOKETI_PORT', '6002', 'server.port', 6002],
  ['SOKETI_PATH_PREFIX', '/ws', 'server.path', '/ws'],
  ['SOKETI_SSL_CERT', '/c.pem', 'server.tls.certFile', '/c.pem'],
  ['SOKETI_SSL_KEY', '/k.pem', 'server.tls.keyFile', '/k.pem'],
  ['SOKETI_DEBUG', '1', 'log.level', 'debug'],
  ['SOKETI_SHUTDOWN_GRACE_PERIOD', '3000', 'drain.windowSeconds', 3],
  ['SOKETI_HTTP_ACCEPT_TRAFFIC_MEMORY_THRESHOLD', '70', 'health.memoryPercent', 70],
  ['SOKETI_DEFAULT_APP_ID', 'app', 'apps[].id', 'app'],
  ['SOKETI_DEFAULT_APP_KEY', 'k', 'apps[].key', 'k'],
  ['SOKETI_DEFAULT_APP_SECRET', 's', 'apps[].secret', 's'],
  ['SOKETI_DEFAULT_APP_ENABLED', 'false', 'apps[].enabled', false],
  ['SOKETI_DEFAULT_APP_MAX_CONNS', '-1', 'apps[].maxConnections', null],
  ['SOKETI_DEFAULT_APP_ENABLE_CLIENT_MESSAGES', 'true', 'apps[].clientEvents', true],
  ['SOKETI_DEFAULT_APP_MAX_CLIENT_EVENTS_PER_SEC', '50', 'limits.clientEventsPerSecond', 50],
  ['SOKETI_DEFAULT_APP_MAX_BACKEND_EVENTS_PER_SEC', '60', 'limits.backendEventsPerSecond', 60],
  ['SOKETI_DEFAULT_APP_MAX_READ_REQ_PER_SEC', '70', 'limits.readsPerSecond', 70],
  ['SOKETI_DEFAULT_APP_USER_AUTHENTICATION', 'true', 'apps[].userAuthentication.required', true],
  ['SOKETI_USER_AUTHENTICATION_TIMEOUT', '30000', 'apps[].userAuthentication.timeoutSeconds', 30],
  ['SOKETI_DEFAULT_APP_WEBHOOKS', '[]', 'apps[].webhooks', []],
  ['SOKETI_WEBHOOKS_BATCHING_DURATION', '50', 'webhooks.batchMilliseconds', 50],
  ['SOKETI_CHANNEL_LIMITS_MAX_NAME_LENGTH', '150', 'limits.channelNameCharacters', 150],
  ['SOKETI_CHANNEL_CACHE_TTL', '600', 'limits.cacheTtlSeconds', 600],
  ['SOKETI_EVENT_MAX_BATCH_SIZE', '20', 'limits.eventsPerBatch', 20],
  ['SOKETI_EVENT_MAX_CHANNELS_AT_ONCE', '200', 'limits.channelsPerEvent', 200],
  ['SOKETI_EVENT_MAX_NAME_LENGTH', '100', 'limits.eventNameCharacters', 100],
  ['SOKETI_PRESENCE_MAX_MEMBERS', '1000', 'limits.presenceMembers', 1000],
  ['SOKETI_PRESENCE_MAX_MEMBER_SIZE', '0.5', 'limits.userInfoBytes', 512],
  ['SOKETI_ADAPTER_DRIVER', 'redis', 'redis.url', 'redis://127.0.0.1:6379'],
];

describe('a variable of Soketi', () => {
  it.each(same)('%s=%s sets %s', (name, text, path, value) => {
    const [setting] = meaningOf(name, { [name]: text })?.settings ?? [];
    expect(setting).toMatchObject({ path, value });
  });

  it.each(Object.keys(soketiWithoutCounterpart))('%s is ignored with a warning', (name) => {
    expect(meaningOf(name, { [name]: 'x' })).toEqual({ warning: expect.stringMatching(/^has no counterpart and is ignored: \S/) });
  });

  it.each(Object.entries({ SOKETI_APP_MANAGER_DRIVER: 'array', SOKETI_CACHE_DRIVER: 'memory', SOKETI_QUEUE_DRIVER: 'sync' }))(
    '%s is fine as %s and warned about as anything else',
    (name, driver) => {
      expect(meaningOf(name, { [name]: driver })).toEqual({ remark: 'names what is built in' });
      expect(meaningOf(name, { [name]: 'mysql' })?.warning).toContain('ignored');
    },
  );

  it('sets only options that exist', () => {
    for (const [name, , path] of same) expect(options.has(path), name).toBe(true);
  });
});

it('makes room for the largest event in frames and bodies', () => {
  const settings = meaningOf('SOKETI_EVENT_MAX_SIZE_IN_KB', { SOKETI_EVENT_MAX_SIZE_IN_KB: '1000' })?.settings;
  expect(settings).toEqual([
    { path: 'limits.eventDataBytes', value: 1_024_000 },
    { path: 'limits.webSocketMessageBytes', value: 2_048_000 },
    { path: 'limits.httpBodyBytes', value: 20_480_000 },
  ]);
  expect(meaningOf('SOKETI_EVENT_MAX_SIZE_IN_KB', { SOKETI_EVENT_MAX_SIZE_IN_KB: 'big' })?.fault).toBe('must be a number');
});

describe('SOKETI_DEFAULT_APP_WEBHOOKS', () => {
  it('is translated', () => {
    const webhooks = [
      {
        url: 'https://app.test/hook',
        event_types: ['channel_occupied'],
        headers: { 'X-Custom': '1' },
        filter: { channel_name_starts_with: 'a', channel_name_ends_with: 'z' },
      },
      { lambda_function: 'some', event_types: ['channel_vacated'] },
    ];
    const environment = { SOKETI_DEFAULT_APP_WEBHOOKS: JSON.stringify(webhooks), SOKETI_WEBHOOKS_BATCHING: 'true' };
    const meaning = meaningOf('SOKETI_DEFAULT_APP_WEBHOOKS', environment);
    expect(meaning?.settings?.[0]?.value).toEqual([
      {
        url: 'https://app.test/hook',
        events: ['channel_occupied'],
        headers: { 'X-Custom': '1' },
        filter: { channelNameStartsWith: 'a', channelNameEndsWith: 'z' },
        batch: true,
      },
    ]);
    expect(meaning?.warning).toContain('Lambda');
  });

  it.each(['{', '{}', '"x"'])('must be a list: %s', (text) => {
    expect(meaningOf('SOKETI_DEFAULT_APP_WEBHOOKS', { SOKETI_DEFAULT_APP_WEBHOOKS: text })?.fault).toContain('list');
  });
});

describe('SOKETI_ADAPTER_DRIVER', () => {
  const database = { SOKETI_DB_REDIS_HOST: 'redis.test', SOKETI_DB_REDIS_PASSWORD: 'p', SOKETI_ADAPTER_REDIS_PREFIX: 'team' };

  it('makes the settings of Redis count', () => {
    expect(meaningOf('SOKETI_ADAPTER_DRIVER', { ...database, SOKETI_ADAPTER_DRIVER: 'redis' })?.settings).toEqual([
      { path: 'redis.url', value: 'redis://redis.test:6379', variable: 'SOKETI_DB_REDIS_HOST', besides: ['SOKETI_DB_REDIS_PORT'] },
      { path: 'redis.password', value: 'p', variable: 'SOKETI_DB_REDIS_PASSWORD' },
      { path: 'redis.keyPrefix', value: 'team', variable: 'SOKETI_ADAPTER_REDIS_PREFIX' },
    ]);
    expect(meaningOf('SOKETI_ADAPTER_DRIVER', { ...database, SOKETI_ADAPTER_DRIVER: 'local' })).toEqual({ remark: 'says that the node is alone' });
    expect(meaningOf('SOKETI_ADAPTER_DRIVER', { SOKETI_ADAPTER_DRIVER: 'nats' })?.warning).toContain('Redis');
  });

  it('knows Sentinels', () => {
    const environment = { SOKETI_ADAPTER_DRIVER: 'redis', SOKETI_DB_REDIS_SENTINELS: '[{"host":"s1","port":26379},{"host":"s2"}]' };
    expect(meaningOf('SOKETI_ADAPTER_DRIVER', environment)?.settings).toMatchObject([
      { path: 'redis.sentinel.nodes', value: ['s1:26379', 's2:6379'] },
      { path: 'redis.sentinel.name', value: 'mymaster' },
    ]);
  });

  it('knows a Cluster', () => {
    const cluster = { SOKETI_ADAPTER_REDIS_CLUSTER_MODE: 'true', SOKETI_DB_REDIS_CLUSTER_NODES: '[{"host":"c1","port":7000}]' };
    const meaning = meaningOf('SOKETI_ADAPTER_DRIVER', { ...cluster, SOKETI_ADAPTER_DRIVER: 'redis' });
    expect(meaning?.settings).toMatchObject([{ path: 'redis.cluster.nodes', value: ['c1:7000'] }]);
  });
});
