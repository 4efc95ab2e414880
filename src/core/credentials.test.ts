import { describe, expect, it } from 'vitest';
import { jwtSettings } from '../testing/fake-tokens.ts';
import { testApp } from '../testing/test-app.ts';
import { type Credentials, findToken, handshakeSources } from './credentials.ts';
import type { TokenSource } from './jwt-settings.ts';
import { issueTicket } from './ticket.ts';

const nothing: Credentials = { authorization: '', cookie: '', protocols: '', query: '', ticket: '' };
const app = testApp();
const now = 1_700_000_000_000;

function find(credentials: Partial<Credentials>, ...sources: TokenSource[]) {
  const settings = jwtSettings(sources.length === 0 ? {} : { sources });
  return findToken(app, settings, { ...nothing, ...credentials }, now);
}

describe('a token in a handshake', () => {
  it.each([
    ['header', { authorization: 'Bearer a.b.c' }],
    ['header', { authorization: 'bearer   a.b.c ' }],
    ['cookie', { cookie: 'x=1; __Host-clarion=a.b.c; y=2' }],
    ['protocol', { protocols: 'bearer, a.b.c' }],
    ['protocol', { protocols: 'v1,bearer,a.b.c,v2' }],
    ['query', { query: 'a.b.c' }],
    ['ticket', { ticket: issueTicket(app, 'a.b.c', now + 1) ?? '' }],
  ] as const)('is found by source %s in %j', (source, credentials) => {
    expect(find(credentials)).toEqual({ source, token: 'a.b.c' });
    expect(find(credentials, 'message')).toBeUndefined();
  });

  it.each([
    {},
    { authorization: 'Basic a.b.c' },
    { authorization: 'Bearer' },
    { authorization: 'Bearer ' },
    { cookie: 'clarion=a.b.c' },
    { cookie: '__Host-clarion=a; __Host-clarion=b' },
    { protocols: 'a.b.c' },
    { protocols: 'a.b.c, bearer' },
    { protocols: 'bearer' },
    { protocols: 'bearer,' },
  ])('is missing from %j', (credentials) => {
    expect(find(credentials)).toBeUndefined();
  });

  it('is the one of the first source that has any', () => {
    const both = { authorization: 'Bearer h', query: 'q' };
    expect(find(both, 'header', 'query')).toEqual({ source: 'header', token: 'h' });
    expect(find(both, 'query', 'header')).toEqual({ source: 'query', token: 'q' });
    expect(find({ query: 'q' }, 'header', 'query')).toEqual({ source: 'query', token: 'q' });
  });

  it('is not made up for by another source when a ticket cannot be opened', () => {
    expect(find({ ticket: 'x', query: 'q' }, 'ticket', 'query')).toMatchObject({ reason: 'malformed' });
    expect(find({ ticket: issueTicket(app, 'a.b.c', now) ?? '', query: 'q' }, 'ticket', 'query')).toMatchObject({ reason: 'expired' });
  });
});

describe('what is read of handshakes', () => {
  it('is what some app looks at', () => {
    const takes = (sources: readonly TokenSource[], mode: 'off' | 'optional' = 'optional') => testApp({ jwt: jwtSettings({ sources, mode }) });
    expect([...handshakeSources([testApp(), takes(['cookie'], 'off')])]).toEqual([]);
    expect([...handshakeSources([takes(['header', 'query']), testApp(), takes(['query', 'cookie'])])]).toEqual(['header', 'query', 'cookie']);
  });
});
