import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertProperty } from '../testing/assert-property.ts';
import { configFaults } from '../testing/config-faults.ts';
import { temporaryFile } from '../testing/temporary-folder.ts';
import { aliasFamilies } from './alias-families.ts';
import { ConfigError } from './fault.ts';
import { describeSettings } from './json-schema.ts';
import { type LoadOptions, loadConfig } from './load.ts';
import { nativeName } from './native-variables.ts';
import { listOptions } from './option.ts';

const app = { id: '1', key: 'k', secret: 's' };

/** Loads without the environment of the test's process. */
function load(options: LoadOptions = {}) {
  return loadConfig({ environment: {}, ...options });
}

describe('precedence', () => {
  const layers = {
    file: { settings: { server: { port: 1001 }, preset: 'pusher' } },
    environment: { environment: { CLARION_SERVER_PORT: '1002' } },
    flags: { flags: [{ flag: '--port', path: 'server.port', text: '1003' }] },
  };

  it.each<[string, LoadOptions, number]>([
    ['the default', {}, 6001],
    ['the file over the default', layers.file, 1001],
    ['the environment over the file', { ...layers.file, ...layers.environment }, 1002],
    ['a flag over all', { ...layers.file, ...layers.environment, ...layers.flags }, 1003],
  ])('takes %s', (_what, options, port) => {
    expect(load(options).config.server.port).toBe(port);
  });

  it('takes the file over the preset over the default', () => {
    expect(load().config.apps[0]?.limits.activityTimeoutSeconds).toBe(30);
    expect(load({ settings: { preset: 'pusher' } }).config.apps[0]?.limits.activityTimeoutSeconds).toBe(120);
    const settings = { preset: 'pusher', limits: { activityTimeoutSeconds: 60 } };
    expect(load({ settings }).config.apps[0]?.limits.activityTimeoutSeconds).toBe(60);
  });

  it('takes our own variables over those of other servers', () => {
    const environment = { CLARION_SERVER_PORT: '1', REVERB_SERVER_PORT: '2', SOKETI_PORT: '3' };
    expect(load({ environment }).config.server.port).toBe(1);
    expect(load({ environment: { ...environment, CLARION_SERVER_PORT: '' } }).config.server.port).toBe(2);
  });

  it('takes the environment over a .env file, whichever server the variables belong to', () => {
    const envFile = temporaryFile('.env', 'SOKETI_PORT=1\nSOKETI_HOST=127.0.0.2');
    const { config } = load({ envFile, environment: { SOKETI_PORT: '2' } });
    expect(config.server).toMatchObject({ port: 2, host: '127.0.0.2' });
  });

  it('tells where each value comes from', () => {
    const { sourceOf } = load({
      settings: { drain: { windowSeconds: 1 }, apps: [app] },
      environment: { REVERB_SERVER_HOST: '127.0.0.1', CLARION_APP_CLIENT_EVENTS: 'false' },
      flags: [{ flag: '--port', path: 'server.port', text: '1' }],
    });
    expect(sourceOf(['drain', 'windowSeconds'])).toBe('settings of the program');
    expect(sourceOf(['server', 'host'])).toBe('environment REVERB_SERVER_HOST');
    expect(sourceOf(['server', 'port'])).toBe('--port');
    expect(sourceOf(['apps', 0, 'key'])).toBe('settings of the program');
    expect(sourceOf(['apps', 0, 'clientEvents'])).toBe('environment CLARION_APP_CLIENT_EVENTS');
    expect(sourceOf(['apps', 0, 'enabled'])).toBe('default');
    expect(sourceOf(['limits', 'presenceMembers'])).toBe('preset reverb');
    expect(sourceOf(['preset'])).toBe('variables of reverb');
  });
});

describe('faults', () => {
  it('are told all at once, each with its option and its source', () => {
    const faults = configFaults({
      settings: { sever: {}, port: 1, server: { port: 'x' }, apps: [{ id: '1' }], workers: 'many' },
      environment: { CLARION_DRAIN_WINDOW_SECONDS: 'long', REVERB_SERVER_PORT: '?' },
      flags: [{ flag: '--pretty', path: 'log.pretty', text: 'perhaps' }],
      envFile: '/nowhere/.env',
      file: '/nowhere/clarion.json',
    });
    expect(faults.map(({ option, message }) => `${option}: ${message}`).toSorted()).toEqual(
      [
        ': the file /nowhere/.env cannot be read: there is no such file',
        ': the file /nowhere/clarion.json cannot be read: there is no such file',
        'REVERB_SERVER_PORT: must be a whole number',
        'drain.windowSeconds: must be a number',
        '--pretty: must be true or false',
        'server.port: must be a number',
        'workers: must be a whole number from 1 to 1024, or auto',
        'sever: is not an option. Did you mean server?',
        'port: is not an option. Did you mean server.port?',
        'apps[0].key: is missing',
        'apps[0].secret: is missing',
      ].toSorted(),
    );
  });

  it.each([
    ['{', 'is not valid JSON'],
    ['{"apps":[{"secret":canary}]}', 'is not valid JSON'],
    ['{"a":1,\n"secret":"canary",}', 'line 2'],
    ['[]', 'must be an object'],
    ['7', 'must be an object'],
  ])('name the file and not its content: %s', (text, part) => {
    const [fault] = configFaults({ file: temporaryFile('clarion.json', text) });
    expect(fault?.message).toContain(part);
    expect(fault?.message).toContain('clarion.json');
    expect(fault?.message).not.toContain('canary');
  });

  it('include files that cannot be read later', () => {
    const readable = temporaryFile('cert.pem', 'x');
    const settings = { server: { tls: { certFile: readable, keyFile: '/nowhere/key.pem' } } };
    expect(configFaults({ settings })).toMatchObject([{ option: 'server.tls.keyFile', message: 'cannot be read: there is no such file' }]);
  });

  it('are the only thing that any JSON can lead to', () => {
    const names = fc.constantFrom(
      'server',
      'apps',
      'limits',
      'webhooks',
      'redis',
      'keys',
      'key',
      'secret',
      'id',
      'port',
      'preset',
      '__proto__',
      'constructor',
    );
    const { json } = fc.letrec((tie) => ({
      json: fc.oneof({ maxDepth: 5 }, fc.jsonValue(), fc.constantFrom(null, 'reverb', 'auto', -1, 1e308), tie('array'), tie('object')),
      array: fc.array(tie('json'), { maxLength: 3 }),
      object: fc.array(fc.tuple(names, tie('json')), { maxLength: 5 }).map((entries) => Object.fromEntries(entries)),
    }));
    assertProperty(
      fc.property(json, (settings) => {
        try {
          load({ settings });
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError);
        }
      }),
      400,
    );
  });
});

describe('variables', () => {
  const schemaOptions = listOptions(describeSettings());
  const names = [
    ...schemaOptions.flatMap(({ path }) => nativeName(path) ?? []),
    ...aliasFamilies.flatMap(({ aliases }) => Object.keys(aliases)),
    'REDIS_URL',
    'REDIS_HOST',
    'REDIS_PORT',
    'REDIS_DB',
    'NODE_ENV',
  ];

  it('lead to nothing but faults, whatever they say', () => {
    const texts = fc.oneof(
      fc.string(),
      fc.integer().map(String),
      fc.double().map(String),
      fc.json({ maxDepth: 2 }),
      fc.constantFrom('true', 'redis', 'all', '-1', 'null'),
    );
    const environment = fc.dictionary(fc.constantFrom(...names), texts, { maxKeys: 8 });
    assertProperty(
      fc.property(environment, (variables) => {
        try {
          load({ environment: variables });
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError);
        }
      }),
      400,
    );
  });
});

describe('the port', () => {
  const reverb = { REVERB_APP_ID: '1', REVERB_APP_KEY: 'k', REVERB_APP_SECRET: 's', REVERB_HOST: 'shop.test', REVERB_PORT: '443' };

  it.each<[string, LoadOptions, number]>([
    ['that of Reverb beside REVERB_*', { environment: reverb }, 8080],
    ['the one that REVERB_SERVER_PORT says', { environment: { ...reverb, REVERB_SERVER_PORT: '9000' } }, 9000],
    ['the one of the file, beside REVERB_*', { environment: reverb, settings: { server: { port: 1 } } }, 1],
    ['ours with the preset alone', { settings: { preset: 'reverb' } }, 6001],
    ['ours when only the public address is known', { environment: { REVERB_HOST: 'shop.test', REVERB_PORT: '443' } }, 6001],
  ])('is %s', (_what, options, port) => {
    expect(load(options).config.server).toMatchObject({ host: '0.0.0.0', port });
  });
});

it('reads the file that CLARION_CONFIG names', () => {
  const environment = { CLARION_CONFIG: temporaryFile('clarion.json', '{"server":{"port":7001}}') };
  expect(load({ environment }).config.server.port).toBe(7001);
});
