import { expect, it } from 'vitest';
import { describeSettings } from './json-schema.ts';
import { listOptions } from './option.ts';
import { redactSettings } from './redact.ts';

const options = listOptions(describeSettings());

it('hides every secret and shows the rest', () => {
  const settings = {
    apps: [
      {
        id: '1',
        key: 'shown-key',
        secret: 'canary-1',
        keys: [{ key: 'shown-key-2', secret: 'canary-2' }],
        webhooks: [{ url: 'https://user:canary-3@shown.test/path?token=canary-4', headers: { 'X-Token': 'canary-5' } }],
        maxConnections: Number.POSITIVE_INFINITY,
      },
    ],
    redis: { url: 'redis://:canary-6@redis.test:6379/1', password: 'canary-7', username: 'shown-user' },
  };
  const shown = JSON.stringify(redactSettings(settings, options));
  expect(shown).not.toContain('canary');
  for (const text of ['shown-key', 'shown-key-2', 'shown.test/path', 'X-Token', 'redis.test:6379/1', 'shown-user', '"maxConnections":null']) {
    expect(shown).toContain(text);
  }
});

it('hides a URL that is none', () => {
  expect(redactSettings({ redis: { url: 'canary' } }, options)).toEqual({ redis: { url: '[redacted]' } });
});

it('hides every option that is marked as secret in the schema', () => {
  expect(options.filter(({ isSecret }) => isSecret).map(({ path }) => path)).toEqual([
    'apps[].secret',
    'apps[].keys[].secret',
    'apps[].jwt.secret',
    'apps[].jwt.jwk',
    'apps[].jwt.cookie.encryptionKey',
    'apps[].jwt.encryptionMasterKey',
    'apps[].webhooks[].headers',
    'redis.url',
    'redis.sentinel.password',
    'redis.password',
  ]);
});
