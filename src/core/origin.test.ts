import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertProperty } from '../testing/assert-property.ts';
import { allowsOrigin, type OriginPattern, parseOriginPattern } from './origin.ts';

function allows(patterns: readonly string[], header: string | undefined, allowsMissing = false): boolean {
  return allowsOrigin({ patterns: patterns.map((text) => parseOriginPattern(text) as OriginPattern), allowsMissing }, header);
}

describe('an origin pattern', () => {
  it.each([
    '',
    ' ',
    '**',
    '*example.com',
    'exam*ple.com',
    'https://*',
    'https://',
    '://example.com',
    'https://example.com/path',
    'https://user@example.com',
    'https://example.com:port',
    'https://example.com?x',
    'https://a b',
    '*.',
    'https://[::1',
    'https://a.*.example.com',
  ])('is not %j', (text) => {
    expect(parseOriginPattern(text)).toBeUndefined();
  });

  it.each([
    ['HTTPS://Example.COM', { scheme: 'https', host: 'example.com', port: '443', isWildcard: false }],
    ['http://example.com:080/', { scheme: 'http', host: 'example.com', port: '80', isWildcard: false }],
    ['https://bücher.example', { scheme: 'https', host: 'xn--bcher-kva.example', port: '443', isWildcard: false }],
    ['*.example.com', { scheme: undefined, host: 'example.com', port: undefined, isWildcard: true }],
    ['localhost:3000', { scheme: undefined, host: 'localhost', port: '3000', isWildcard: false }],
    ['http://[0:0::1]:8080', { scheme: 'http', host: '[::1]', port: '8080', isWildcard: false }],
    ['capacitor://localhost', { scheme: 'capacitor', host: 'localhost', port: '', isWildcard: false }],
  ])('is read once: %s', (text, expected) => {
    expect(parseOriginPattern(text)).toEqual({ type: 'host', ...expected });
  });
});

describe('an origin', () => {
  it('that is missing is allowed by its own switch, and by the pattern for everything', () => {
    expect(allows(['https://example.com'], undefined)).toBe(false);
    expect(allows(['https://example.com'], undefined, true)).toBe(true);
    expect(allows(['*'], undefined)).toBe(true);
    expect(allows(['null'], undefined)).toBe(false);
  });

  it('without a host is only allowed by name', () => {
    expect(allows(['https://example.com', 'example.com'], 'null')).toBe(false);
    expect(allows(['null'], 'null')).toBe(true);
  });

  it.each(['https://[::1]:3000', 'https://[::1]:3000/'])('may be an address: %s', (header) => {
    expect(allows(['https://[::1]:3000'], header)).toBe(true);
  });

  it('never passes a wildcard unless it ends with the whole labels of the pattern', () => {
    const label = fc.stringMatching(/^[a-z0-9-]{1,8}$/);
    assertProperty(
      fc.property(fc.array(label, { minLength: 1, maxLength: 5 }), (labels) => {
        const host = labels.join('.');
        expect(allows(['https://*.example.com'], `https://${host}`)).toBe(labels.length > 2 && host.endsWith('.example.com'));
        expect(allows(['https://*.example.com'], `https://${host}.example.com`)).toBe(true);
        expect(allows(['https://*.example.com'], `https://${host}example.com`)).toBe(false);
      }),
    );
  });

  it('is never anything but an exact origin, whatever a header holds', () => {
    assertProperty(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const header = `https://example.com${text}`;
        const isSame = /^(?::0*443)?\/?$/.test(text);
        expect(allows(['https://example.com'], header)).toBe(isSame);
      }),
    );
  });
});
