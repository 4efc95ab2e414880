import { describe, expect, it } from 'vitest';
import { configFaults } from '../testing/config-faults.ts';
import { type LoadOptions, loadConfig } from './load.ts';

const app = { id: '1', key: 'k', secret: 's' };

/** Loads without the environment of the test's process. */
function load(options: LoadOptions = {}) {
  return loadConfig({ environment: {}, ...options });
}

describe('apps', () => {
  it('may have a number for an id', () => {
    expect(load({ settings: { apps: [{ ...app, id: 4711 }] } }).config.apps[0]?.id).toBe('4711');
  });

  it('have one active key, or several', () => {
    const keys = [
      { key: 'a', secret: 'x' },
      { key: 'b', secret: 'y', status: 'verify-only' },
    ];
    expect(load({ settings: { apps: [app] } }).config.apps[0]?.keys).toEqual([{ key: 'k', secret: 's', status: 'active' }]);
    expect(load({ settings: { apps: [{ id: '1', keys }] } }).config.apps[0]?.keys).toEqual([
      { key: 'a', secret: 'x', status: 'active' },
      { key: 'b', secret: 'y', status: 'verify-only' },
    ]);
  });

  it.each<[string, object, string, string]>([
    ['no key', { id: '1', secret: 's' }, 'apps[0].key', 'is missing'],
    ['no secret', { id: '1', key: 'k' }, 'apps[0].secret', 'is missing'],
    ['no id', { key: 'k', secret: 's' }, 'apps[0].id', 'must be 1 to 64 letters, digits, _ or -'],
    ['both forms of keys', { ...app, keys: [{ key: 'a', secret: 'b' }] }, 'apps[0]', 'has both keys and key or secret: give one of them'],
    ['no active key', { id: '1', keys: [{ key: 'a', secret: 'b', status: 'revoked' }] }, 'apps[0].keys', 'must have one that is active'],
    ['an id with a slash', { ...app, id: 'a/b' }, 'apps[0].id', 'must be 1 to 64 letters, digits, _ or -'],
    ['an id of 65 characters', { ...app, id: 'a'.repeat(65) }, 'apps[0].id', 'must be 1 to 64 letters, digits, _ or -'],
    ['a misspelt option', { ...app, clientEvent: true }, 'apps[0].clientEvent', 'is not an option. Did you mean apps[0].clientEvents?'],
  ])('are refused with %s', (_what, broken, option, message) => {
    expect(configFaults({ settings: { apps: [broken] } })).toMatchObject([{ option, message }]);
  });

  it('are refused with the id or the key of another one, a number being the same as its text', () => {
    const apps = [app, { id: 1, keys: [{ key: 'k', secret: 'other' }] }];
    expect(configFaults({ settings: { apps } })).toMatchObject([
      { option: 'apps[1].id', message: 'is the same as apps[0].id' },
      { option: 'apps[1].keys[0].key', message: 'is the same as apps[0].key' },
    ]);
  });
});

describe('the development app', () => {
  it('is served when no app is configured, also with options from the environment', () => {
    const { config, usesDevelopmentApp } = load({ settings: { apps: [] }, environment: { CLARION_APP_CLIENT_EVENTS: 'no' } });
    expect(usesDevelopmentApp).toBe(true);
    expect(config.apps).toMatchObject([{ id: 'app-id', keys: [{ key: 'app-key', secret: 'app-secret' }], clientEvents: false }]);
  });

  it.each<[string, LoadOptions]>([
    ['when it is the only one', {}],
    ['when somebody wrote it down', { settings: { apps: [{ ...app, secret: 'app-secret' }] } }],
    [
      'among several keys',
      { settings: { apps: [{ id: '1', keys: [app, { key: 'x', secret: 'app-secret' }].map(({ key, secret }) => ({ key, secret })) }] } },
    ],
  ])('is refused in production %s', (_when, options) => {
    expect(configFaults({ ...options, environment: { NODE_ENV: 'production' } })).toMatchObject([
      { option: 'apps[0]', message: expect.stringContaining('NODE_ENV=production') },
    ]);
  });
});
