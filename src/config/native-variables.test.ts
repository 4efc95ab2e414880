import { describe, expect, it } from 'vitest';
import { temporaryFile } from '../testing/temporary-folder.ts';
import { describeSettings } from './json-schema.ts';
import { acceptsFile, nativeName, readNativeVariables } from './native-variables.ts';
import { listOptions, type Option } from './option.ts';
import { valueAt } from './tree.ts';
import { gatherVariables } from './variables.ts';

const options = listOptions(describeSettings());
const named = options.flatMap((option) => {
  const name = nativeName(option.path);
  return name === undefined ? [] : [[name, option] as const];
});

function read(environment: Readonly<Record<string, string>>) {
  return readNativeVariables(options, gatherVariables(environment, new Map(), ''));
}

/** A text that the option accepts, and the value it stands for. */
function sample({ kind, words, minimum }: Option): readonly [text: string, value: unknown] {
  const number = minimum ?? 1;
  const samples = {
    boolean: ['true', true],
    integer: [String(number), number],
    number: [String(number), number],
    text: [words[0] ?? 'text', words[0] ?? 'text'],
    list: ['a,b', ['a', 'b']],
    json: ['[]', []],
  } as const;
  return samples[kind];
}

describe('CLARION_*', () => {
  it.each([
    ['server.port', 'CLARION_SERVER_PORT'],
    ['server.tls.certFile', 'CLARION_SERVER_TLS_CERT_FILE'],
    ['apps', 'CLARION_APPS'],
    ['apps[].key', 'CLARION_APP_KEY'],
    ['apps[].userAuthentication.required', 'CLARION_APP_USER_AUTHENTICATION_REQUIRED'],
    ['limits.eventDataBytes', 'CLARION_LIMITS_EVENT_DATA_BYTES'],
    ['apps[].keys[].key', undefined],
    ['$schema', undefined],
  ])('names the option %s %s', (path, name) => {
    expect(nativeName(path)).toBe(name);
  });

  it('has one name for each option', () => {
    const names = named.flatMap(([name, option]) => (acceptsFile(option) ? [name, `${name}_FILE`] : [name]));
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(named)('%s sets its option', (name, option) => {
    const [text, value] = sample(option);
    const { layers, faults, warnings } = read({ [name]: text });
    expect({ faults, warnings }).toEqual({ faults: [], warnings: [] });
    expect(layers).toHaveLength(1);
    const [layer] = layers;
    const found = option.path.startsWith('apps[].')
      ? valueAt(layer?.app ?? {}, option.path.slice('apps[].'.length))
      : valueAt(layer?.settings ?? {}, option.path);
    expect(found).toEqual(value);
  });

  it('says that a number is none, without repeating it', () => {
    expect(read({ CLARION_SERVER_PORT: 'canary' }).faults).toEqual([
      { option: 'server.port', message: 'must be a whole number', source: 'environment CLARION_SERVER_PORT' },
    ]);
  });

  it('warns of unknown names and tells the nearest', () => {
    expect(read({ CLARION_SERVR_PORT: '1', CLARION_CONFIG: 'x' }).warnings).toEqual([
      'CLARION_SERVR_PORT is not a variable of Clarion and is ignored. Did you mean CLARION_SERVER_PORT?',
    ]);
  });
});

describe('CLARION_*_FILE', () => {
  const withFile = (content: string): string => temporaryFile('secret', content);

  it('reads the secret from the file, without the line end', () => {
    expect(read({ CLARION_APP_SECRET_FILE: withFile('from file\n') }).layers).toMatchObject([
      { source: 'environment CLARION_APP_SECRET_FILE', app: { secret: 'from file' } },
    ]);
  });

  it('reads all apps from the file', () => {
    expect(read({ CLARION_APPS_FILE: withFile('[{"id":"1"}]') }).layers).toMatchObject([{ settings: { apps: [{ id: '1' }] } }]);
  });

  it('exists for secrets only', () => {
    const accepting = options.filter(acceptsFile).map(({ path }) => path);
    expect(accepting).toEqual(expect.arrayContaining(['apps', 'apps[].secret', 'apps[].keys', 'redis.password', 'redis.url']));
    expect(accepting).not.toContain('apps[].key');
  });

  it('is a fault when the file is missing, without repeating its name', () => {
    const { faults } = read({ CLARION_APP_SECRET_FILE: '/nowhere/canary' });
    expect(faults).toEqual([
      { option: 'apps[].secret', message: 'cannot be read: there is no such file', source: 'environment CLARION_APP_SECRET_FILE' },
    ]);
  });

  it('is a fault beside the variable itself', () => {
    const { faults } = read({ CLARION_APP_SECRET: 'a', CLARION_APP_SECRET_FILE: withFile('b') });
    expect(faults).toMatchObject([{ message: 'is set twice: by CLARION_APP_SECRET and by CLARION_APP_SECRET_FILE' }]);
  });
});
