import { describe, expect, it } from 'vitest';
import { readAliasVariables } from './alias-variables.ts';
import { describeSettings } from './json-schema.ts';
import { listOptions } from './option.ts';
import { pusherAliases } from './pusher-aliases.ts';
import { gatherVariables } from './variables.ts';

const options = new Map(listOptions(describeSettings()).map((option) => [option.path, option]));
const reverb = { REVERB_APP_ID: '1', REVERB_APP_KEY: 'rk', REVERB_APP_SECRET: 'rs' };
const pusher = { PUSHER_APP_ID: '2', PUSHER_APP_KEY: 'pk', PUSHER_APP_SECRET: 'ps' };

function read(environment: Readonly<Record<string, string>>) {
  return readAliasVariables({ options, variables: gatherVariables(environment, new Map(), '') });
}

describe('variables of other servers', () => {
  it.each([
    ['PUSHER_APP_ID', '2', { app: { id: '2' } }],
    ['PUSHER_APP_KEY', 'pk', { app: { key: 'pk' } }],
    ['PUSHER_APP_SECRET', 'ps', { app: { secret: 'ps' } }],
    ['PUSHER_APP_PATH', '/ws', { settings: { server: { path: '/ws' } } }],
  ])('%s=%s is understood', (name, text, layer) => {
    expect(Object.keys(pusherAliases)).toContain(name);
    expect(read({ [name]: text }).layers).toMatchObject([{ source: `environment ${name}`, ...layer }]);
  });

  it.each([
    [reverb, 'reverb'],
    [pusher, 'pusher'],
    [{ SOKETI_PORT: '1' }, 'soketi'],
    [{ ...reverb, ...pusher, SOKETI_PORT: '1' }, 'reverb'],
    [{ ...pusher, SOKETI_PORT: '1' }, 'soketi'],
    [{ REVERB_HOST: 'a', REVERB_PORT: '443', PUSHER_APP_CLUSTER: 'eu' }, undefined],
    [{}, undefined],
  ])('%j mean the preset %s', (environment, preset) => {
    expect(read(environment as Readonly<Record<string, string>>).preset).toBe(preset);
  });

  it('take all credentials from one server, and say so when the others differ', () => {
    const { layers, warnings } = read({ ...reverb, ...pusher });
    expect(layers.map(({ app }) => app)).toEqual([{ id: '1' }, { key: 'rk' }, { secret: 'rs' }]);
    expect(warnings).toEqual([expect.stringMatching(/PUSHER_APP_ID.*not used.*REVERB_APP_ID/)]);
    expect(JSON.stringify(warnings)).not.toMatch(/rs|ps/);
  });

  it('do not mix credentials even when some are missing', () => {
    expect(read({ REVERB_APP_ID: '1', ...pusher }).layers.map(({ app }) => app)).toEqual([{ id: '1' }]);
  });

  it('are silent about two equal sets of credentials', () => {
    expect(read({ ...reverb, PUSHER_APP_ID: '1', PUSHER_APP_KEY: 'rk', PUSHER_APP_SECRET: 'rs' }).warnings).toEqual([]);
  });

  it('are named when nobody knows them', () => {
    expect(read({ REVERB_SERVER_PROT: '1', SOKETI_SOMETHING_ELSE: '2' }).warnings).toEqual([
      'SOKETI_SOMETHING_ELSE is not known and is ignored.',
      'REVERB_SERVER_PROT is not known and is ignored. Did you mean REVERB_SERVER_PORT?',
    ]);
  });

  it.each(['null', '(null)', 'empty', '(empty)', 'NULL'])('count as missing when they say %s', (text) => {
    expect(read({ REVERB_APP_MAX_CONNECTIONS: text, REVERB_APP_ID: text }).layers).toEqual([]);
  });

  it('are refused by name, without their value', () => {
    expect(read({ REVERB_SERVER_PORT: 'canary' }).faults).toEqual([
      { option: 'REVERB_SERVER_PORT', message: 'must be a whole number', source: 'environment REVERB_SERVER_PORT' },
    ]);
  });
});
