import { describe, expect, it } from 'vitest';
import { configFaults } from '../testing/config-faults.ts';
import { type LoadOptions, loadConfig } from './load.ts';

const app = { id: '1', key: 'k', secret: 's' };

/** Loads without the environment of the test's process. */
function load(options: LoadOptions = {}) {
  return loadConfig({ environment: {}, ...options });
}

describe('the app of the environment', () => {
  const environment = { CLARION_APP_ID: '2', CLARION_APP_KEY: 'k2', CLARION_APP_SECRET: 's2' };

  it('is the only one when there is no file', () => {
    const { config, usesDevelopmentApp } = load({ environment });
    expect(config.apps.map(({ id }) => id)).toEqual(['2']);
    expect(usesDevelopmentApp).toBe(false);
  });

  it('comes before the apps of the file', () => {
    expect(load({ settings: { apps: [app] }, environment }).config.apps.map(({ id }) => id)).toEqual(['2', '1']);
  });

  it('changes the app of the file that has its id', () => {
    const apps = [app, { id: 2, keys: [{ key: 'old', secret: 'old' }], clientEvents: false }];
    const { config } = load({ settings: { apps }, environment });
    expect(config.apps.map(({ id }) => id)).toEqual(['1', '2']);
    expect(config.apps[1]).toMatchObject({ clientEvents: false, keys: [{ key: 'k2', secret: 's2', status: 'active' }] });
  });

  it('is the first one of the file when it has no id', () => {
    expect(load({ settings: { apps: [app] }, environment: { CLARION_APP_MAX_CONNECTIONS: '7' } }).config.apps).toMatchObject([
      { id: '1', maxConnections: 7 },
    ]);
  });

  it('is incomplete without its key', () => {
    const faults = configFaults({ environment: { REVERB_APP_ID: '2', REVERB_APP_SECRET: 's2' } });
    expect(faults).toMatchObject([{ option: 'apps[0].key', message: 'is missing' }]);
  });
});
