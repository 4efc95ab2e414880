import { describe, expect, it } from 'vitest';
import type { Setting } from './alias.ts';
import { describeSettings } from './json-schema.ts';
import { listOptions } from './option.ts';
import { reverbAliases } from './reverb-aliases.ts';
import { gatherVariables } from './variables.ts';

const options = new Map(listOptions(describeSettings()).map((option) => [option.path, option]));

/** What a variable comes to when these variables are set. */
function meaningOf(name: string, environment: Readonly<Record<string, string>>) {
  const variables = gatherVariables(environment, new Map(), '');
  return reverbAliases[name]?.(variables.get(name)?.text ?? '', { options, variables });
}

const same: readonly (readonly [name: string, text: string, path: string, value: unknown])[] = [
  ['REVERB_SERVER_HOST', '127.0.0.1', 'server.host', '127.0.0.1'],
  ['REVERB_SERVER_PORT', '8080', 'server.port', 8080],
  ['REVERB_SERVER_PATH', '/realtime', 'server.path', '/realtime'],
  ['REVERB_APP_ID', '4711', 'apps[].id', '4711'],
  ['REVERB_APP_KEY', 'k', 'apps[].key', 'k'],
  ['REVERB_APP_SECRET', 's', 'apps[].secret', 's'],
  ['REVERB_ALLOWED_ORIGINS', 'a.test, b.test', 'apps[].allowedOrigins', ['a.test', 'b.test']],
  ['REVERB_MAX_REQUEST_SIZE', '9000', 'limits.httpBodyBytes', 9000],
  ['REVERB_APP_MAX_MESSAGE_SIZE', '9000', 'limits.webSocketMessageBytes', 9000],
  ['REVERB_APP_PING_INTERVAL', '60', 'limits.activityTimeoutSeconds', 60],
  ['REVERB_APP_ACTIVITY_TIMEOUT', '30', 'limits.activityTimeoutSeconds', 30],
  ['REVERB_APP_MAX_CONNECTIONS', '500', 'apps[].maxConnections', 500],
  ['REVERB_APP_ACCEPT_CLIENT_EVENTS_FROM', 'none', 'apps[].clientEvents', false],
  ['REVERB_APP_ACCEPT_CLIENT_EVENTS_FROM', 'members', 'apps[].clientEvents', true],
];

const withoutEffect = [
  'REVERB_HOST',
  'REVERB_PORT',
  'REVERB_SCHEME',
  'REVERB_SERVER',
  'REVERB_SCALING_CHANNEL',
  'REVERB_APP_RATE_LIMIT_MAX_ATTEMPTS',
  'REVERB_APP_RATE_LIMIT_DECAY_SECONDS',
  'REVERB_APP_RATE_LIMIT_TERMINATE',
];

describe('a variable of Reverb', () => {
  it.each(same)('%s=%s sets %s', (name, text, path, value) => {
    expect(meaningOf(name, { [name]: text })).toEqual({ settings: [{ path, value }] });
  });

  it.each(withoutEffect)('%s alone sets nothing', (name) => {
    const meaning = meaningOf(name, { [name]: 'x' });
    expect(meaning?.settings).toBeUndefined();
    expect(meaning?.remark ?? meaning?.partOf).toMatch(/\S/);
  });

  it.each(['REVERB_PULSE_INGEST_INTERVAL', 'REVERB_TELESCOPE_INGEST_INTERVAL'])('%s is ignored with a warning', (name) => {
    expect(meaningOf(name, { [name]: '15' })).toEqual({ warning: expect.stringMatching(/^has no counterpart and is ignored: \S/) });
  });

  it('is known in this table, whichever it is', () => {
    const tested = new Set([...same.map(([name]) => name), ...withoutEffect]);
    const others = ['REVERB_APP_RATE_LIMITING_ENABLED', 'REVERB_SCALING_ENABLED', 'REVERB_PULSE_INGEST_INTERVAL', 'REVERB_TELESCOPE_INGEST_INTERVAL'];
    expect(Object.keys(reverbAliases).toSorted()).toEqual([...tested, ...others].toSorted());
  });
});

describe('sizes', () => {
  it('raise the limit of the event inside, the larger one winning', () => {
    const environment = { REVERB_MAX_REQUEST_SIZE: '500000', REVERB_APP_MAX_MESSAGE_SIZE: '20000' };
    const event: Setting = { path: 'limits.eventDataBytes', value: 500_000 };
    expect(meaningOf('REVERB_MAX_REQUEST_SIZE', environment)?.settings).toContainEqual(event);
    expect(meaningOf('REVERB_APP_MAX_MESSAGE_SIZE', environment)?.settings).toContainEqual(event);
  });

  it('must be numbers', () => {
    expect(meaningOf('REVERB_MAX_REQUEST_SIZE', { REVERB_MAX_REQUEST_SIZE: '10KB' })).toEqual({ fault: 'must be a whole number of bytes' });
  });
});

describe('REVERB_APP_ACCEPT_CLIENT_EVENTS_FROM', () => {
  it('acts as members when it is all, with a warning', () => {
    const meaning = meaningOf('REVERB_APP_ACCEPT_CLIENT_EVENTS_FROM', { REVERB_APP_ACCEPT_CLIENT_EVENTS_FROM: 'all' });
    expect(meaning?.settings).toEqual([{ path: 'apps[].clientEvents', value: true }]);
    expect(meaning?.warning).toContain('members');
  });

  it('must be one of the three', () => {
    expect(meaningOf('REVERB_APP_ACCEPT_CLIENT_EVENTS_FROM', { REVERB_APP_ACCEPT_CLIENT_EVENTS_FROM: 'some' })?.fault).toContain('none');
  });
});

it('does not use the ping interval beside the activity timeout', () => {
  const meaning = meaningOf('REVERB_APP_PING_INTERVAL', { REVERB_APP_PING_INTERVAL: '60', REVERB_APP_ACTIVITY_TIMEOUT: '30' });
  expect(meaning?.settings).toBeUndefined();
  expect(meaning?.warning).toContain('REVERB_APP_ACTIVITY_TIMEOUT');
});

describe('rate limiting', () => {
  it('sets nothing unless it is switched on', () => {
    expect(meaningOf('REVERB_APP_RATE_LIMITING_ENABLED', { REVERB_APP_RATE_LIMITING_ENABLED: 'false' })).toEqual({ remark: 'is off' });
  });

  it('counts per second', () => {
    const environment = {
      REVERB_APP_RATE_LIMITING_ENABLED: 'true',
      REVERB_APP_RATE_LIMIT_MAX_ATTEMPTS: '600',
      REVERB_APP_RATE_LIMIT_DECAY_SECONDS: '60',
      REVERB_APP_RATE_LIMIT_TERMINATE: 'true',
    };
    expect(meaningOf('REVERB_APP_RATE_LIMITING_ENABLED', environment)?.settings).toEqual([
      { path: 'limits.messagesPerSecond', value: 10 },
      { path: 'limits.messageBurst', value: 600 },
      { path: 'limits.terminateOnRateLimit', value: true },
    ]);
  });

  it.each(['maybe', '0'])('refuses what makes no sense: %s', (text) => {
    const environment =
      text === '0'
        ? { REVERB_APP_RATE_LIMITING_ENABLED: 'true', REVERB_APP_RATE_LIMIT_DECAY_SECONDS: '0' }
        : { REVERB_APP_RATE_LIMITING_ENABLED: text };
    expect(meaningOf('REVERB_APP_RATE_LIMITING_ENABLED', environment)?.fault).toBeDefined();
  });
});

describe('scaling', () => {
  const redis = { REDIS_HOST: 'redis.test', REDIS_PORT: '6380', REDIS_USERNAME: 'u', REDIS_PASSWORD: 'p', REDIS_DB: '2' };

  it('is what makes REDIS_* count', () => {
    const environment = { ...redis, REVERB_SCALING_ENABLED: 'true', REVERB_SCALING_CHANNEL: 'team' };
    expect(meaningOf('REVERB_SCALING_ENABLED', environment)?.settings).toEqual([
      { path: 'redis.url', value: 'redis://redis.test:6380', variable: 'REDIS_HOST', besides: ['REDIS_PORT'] },
      { path: 'redis.username', value: 'u', variable: 'REDIS_USERNAME' },
      { path: 'redis.password', value: 'p', variable: 'REDIS_PASSWORD' },
      { path: 'redis.db', value: 2, variable: 'REDIS_DB' },
      { path: 'redis.keyPrefix', value: 'team', variable: 'REVERB_SCALING_CHANNEL' },
    ]);
    expect(meaningOf('REVERB_SCALING_ENABLED', { ...environment, REVERB_SCALING_ENABLED: 'false' })).toEqual({ remark: 'is off' });
    expect(meaningOf('REVERB_SCALING_ENABLED', { REVERB_SCALING_ENABLED: 'perhaps' })?.fault).toBeDefined();
  });

  it.each([
    [{}, 'redis://127.0.0.1:6379'],
    [{ REDIS_HOST: 'tls://redis.test' }, 'rediss://redis.test:6379'],
    [{ REDIS_HOST: '::1' }, 'redis://[::1]:6379'],
    [{ REDIS_HOST: 'ignored', REDIS_URL: 'tls://redis.test:1' }, 'rediss://redis.test:1'],
  ])('understands the address in %j', (environment, url) => {
    const meaning = meaningOf('REVERB_SCALING_ENABLED', { ...environment, REVERB_SCALING_ENABLED: '1' });
    expect(meaning?.settings?.[0]?.value).toBe(url);
  });
});
