import { describe, expect, it } from 'vitest';
import { maxPatternCharacters, maxPatterns } from './channel-pattern.ts';
import type { Claims } from './claim-values.ts';
import { permissionsOf, readCapabilities, readPolicies } from './permissions.ts';

const none = { subscribe: [], publish: [] };

function permissions(claims: Claims, policies: { subscribe?: readonly string[]; publish?: readonly string[] } = {}) {
  const capabilities = readCapabilities(claims, 'capabilities');
  if (typeof capabilities === 'string') throw new Error(capabilities);
  return permissionsOf(readPolicies({ ...none, ...policies }), capabilities, claims);
}

describe('the permissions of a token', () => {
  it('are those of its capabilities, for each action by itself', () => {
    const allows = permissions({ capabilities: { subscribe: ['private-news.*'], publish: ['private-room'] } });
    expect([allows('subscribe', 'private-news.1'), allows('publish', 'private-news.1')]).toEqual([true, false]);
    expect([allows('subscribe', 'private-room'), allows('publish', 'private-room')]).toEqual([false, true]);
  });

  it('are those of the policies, without any capabilities', () => {
    const allows = permissions({ sub: '1' }, { subscribe: ['private-App.Models.User.{sub}'] });
    expect([1, 2].map((id) => allows('subscribe', `private-App.Models.User.${id}`))).toEqual([true, false]);
    expect(allows('publish', 'private-App.Models.User.1')).toBe(false);
  });

  it('are none without capabilities and policies', () => {
    expect(permissions({})('subscribe', 'private-room')).toBe(false);
  });

  it('never open the channels of users', () => {
    const allows = permissions({ capabilities: { subscribe: ['*', '#*', '#server-to-user-ann'] } });
    expect(allows('subscribe', '#server-to-user-ann')).toBe(false);
  });

  it.each([
    [null],
    ['*'],
    [['*']],
    [{ subscribe: '*' }],
    [{ publish: [1] }],
    [{ subscribe: null }],
    [{ subscribe: Array.from({ length: maxPatterns + 1 }, () => 'x') }],
    [{ subscribe: ['x'.repeat(maxPatternCharacters + 1)] }],
  ])('are not read from %j', (capabilities) => {
    expect(readCapabilities({ capabilities }, 'capabilities')).toMatch(/^capabilities/);
  });

  it('are not inherited from what every object has', () => {
    expect(readCapabilities({}, 'constructor')).toEqual(none);
  });
});
