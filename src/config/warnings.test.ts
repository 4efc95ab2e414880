import { describe, expect, it } from 'vitest';
import { temporaryFile } from '../testing/temporary-folder.ts';
import { describeSettings } from './json-schema.ts';
import { type LoadOptions, loadConfig } from './load.ts';
import { listOptions } from './option.ts';
import { warnOfPlanned } from './warnings.ts';

const app = { id: '1', key: 'k', secret: 's' };

/** Loads without the environment of the test's process. */
function load(options: LoadOptions = {}) {
  return loadConfig({ environment: {}, ...options });
}

describe('warnings', () => {
  it('name settings whose feature is not built yet, and no others', () => {
    const options = listOptions(describeSettings()).map((option) => ({ ...option, isPlanned: ['workers', 'log.level'].includes(option.path) }));
    const warnings = warnOfPlanned({ workers: 2, log: { level: 'info' }, server: { port: 80 } }, options);
    expect(warnings).toEqual(['workers is set, but its feature is not built yet: the setting has no effect.']);
    const redis = { url: 'redis://127.0.0.1', keyPrefix: 'x' };
    expect(load({ settings: { workers: 2, redis, apps: [app] } }).warnings).toEqual([]);
  });

  it('compare the port with the one that Laravel publishes to', () => {
    const reverb = { REVERB_APP_ID: '1', REVERB_APP_KEY: 'k', REVERB_APP_SECRET: 's' };
    expect(load({ environment: { ...reverb, REVERB_PORT: '443' } }).warnings).toEqual([expect.stringMatching(/REVERB_PORT is 443.*8080/)]);
    expect(load({ environment: { ...reverb, REVERB_PORT: '8080' } }).warnings).toEqual([]);
  });

  it('tell of events that no request could carry', () => {
    const { warnings } = load({ settings: { limits: { eventDataBytes: 2_000_000 } } });
    expect(warnings).toEqual([expect.stringContaining('limits.httpBodyBytes'), expect.stringContaining('limits.webSocketMessageBytes')]);
  });

  it('tell of an issuer whose tokens for other services are accepted', () => {
    const withKeys = (jwt: object) => load({ settings: { apps: [{ ...app, jwt: { jwksUrl: 'https://id.example/jwks', ...jwt } }] } }).warnings;
    expect(withKeys({})).toEqual([expect.stringContaining('without jwt.audiences')]);
    expect(withKeys({ audiences: ['clarion'] })).toEqual([]);
  });

  it('name lines of a .env file that are not understood', () => {
    const envFile = temporaryFile('.env', 'nonsense\n');
    expect(load({ envFile }).warnings).toEqual([`${envFile}, line 1: is not NAME=VALUE.`]);
  });
});
