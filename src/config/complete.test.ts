import { describe, expect, it } from 'vitest';
import { configFaults } from '../testing/config-faults.ts';
import { type LoadOptions, loadConfig } from './load.ts';

const app = { id: '1', key: 'k', secret: 's' };

/** Loads without the environment of the test's process. */
function load(options: LoadOptions = {}) {
  return loadConfig({ environment: {}, ...options });
}

describe('limits', () => {
  it('of an app win over the general ones, which win over the defaults', () => {
    const settings = { limits: { presenceMembers: 5, userInfoBytes: 99 }, apps: [{ ...app, limits: { presenceMembers: null } }] };
    expect(load({ settings }).config.apps[0]?.limits).toMatchObject({
      presenceMembers: Number.POSITIVE_INFINITY,
      userInfoBytes: 99,
      userIdCharacters: 128,
    });
  });

  it('are infinite where the file says null and the environment says unlimited', () => {
    const { config } = load({ settings: { limits: { presenceMembers: null } }, environment: { CLARION_LIMITS_USER_INFO_BYTES: 'unlimited' } });
    expect(config.apps[0]?.limits).toMatchObject({ presenceMembers: Number.POSITIVE_INFINITY, userInfoBytes: Number.POSITIVE_INFINITY });
    expect(config.apps[0]?.maxConnections).toBe(Number.POSITIVE_INFINITY);
  });

  it('that protect the process cannot be switched off', () => {
    const [fault] = configFaults({ settings: { limits: { webSocketMessageBytes: null } } });
    expect(fault).toMatchObject({ option: 'limits.webSocketMessageBytes', message: 'must be a number' });
  });
});

describe('redis', () => {
  it('has one address, or serves for nothing', () => {
    const sentinel = { nodes: ['a:1'] };
    expect(load({ settings: { redis: { sentinel } } }).config.redis).toMatchObject({ sentinel: { name: 'mymaster', nodes: ['a:1'] }, db: 0 });
    expect(load({ settings: { redis: { keyPrefix: 'x' } } }).config.redis).toBeUndefined();
    expect(configFaults({ settings: { redis: { url: 'redis://a', sentinel } } })).toMatchObject([
      { option: 'redis', message: 'must have only one of url, sentinel and cluster' },
    ]);
  });
});

it.each([
  ['', ''],
  ['/', ''],
  ['realtime', '/realtime'],
  ['/a/b/', '/a/b'],
])('takes the path %j as %j', (path, prefix) => {
  expect(load({ settings: { server: { path } } }).config.server.path).toBe(prefix);
});

it('calls http: webhooks except in production, unless it is told', () => {
  const settings = { apps: [app] };
  const production = { NODE_ENV: 'production' };
  expect(load({ settings }).config.webhooks.allowHttp).toBe(true);
  expect(load({ settings, environment: production }).config.webhooks.allowHttp).toBe(false);
  expect(load({ settings: { ...settings, webhooks: { allowHttp: true } }, environment: production }).config.webhooks.allowHttp).toBe(true);
});

it('writes for people on a terminal only, unless it is told', () => {
  expect(load().config.log.pretty).toBe(false);
  expect(load({ onTerminal: true }).config.log.pretty).toBe(true);
  expect(load({ onTerminal: true, settings: { log: { pretty: false } } }).config.log.pretty).toBe(false);
});

it.each(['pusher', 'reverb', 'soketi'])('has the preset %s', (preset) => {
  expect(load({ settings: { preset } }).config).toMatchObject({ preset });
});
