import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertProperty } from '../testing/assert-property.ts';
import { parseQuery } from './query.ts';

function parameters(raw: string): Record<string, string> {
  return Object.fromEntries(parseQuery(raw).parameters);
}

describe('a query', () => {
  it.each([
    ['', {}],
    ['a=1', { a: '1' }],
    ['a=1&b=2', { a: '1', b: '2' }],
    ['Auth_Key=K', { auth_key: 'K' }],
    ['a', { a: '' }],
    ['a=', { a: '' }],
    ['a=b=c', { a: 'b=c' }],
    ['=x', { '': 'x' }],
    ['info=a,b', { info: 'a,b' }],
    ['info=a%2Cb', { info: 'a,b' }],
    ['a=%C3%A9', { a: 'é' }],
    ['a=%25', { a: '%' }],
    ['a=%2525', { a: '%25' }],
    ['a=%zz', { a: '%zz' }],
    ['a=%C3', { a: '%C3' }],
    ['a=100%', { a: '100%' }],
    ['%61=1', { a: '1' }],
    ['info[]=a&info[]=b', { info: 'a,b' }],
    ['info%5B%5D=a&info%5B%5D=b', { info: 'a,b' }],
    ['channels[0]=a&channels[1]=b', { channels: 'a,b' }],
    ['a[b]=1', { 'a[b]': '1' }],
  ])('%j has the parameters %j', (raw, expected) => {
    expect(parameters(raw)).toEqual(expected);
  });

  it('knows parameters that are named like members of objects', () => {
    expect(parseQuery('__proto__=x&constructor=y').parameters).toEqual(
      new Map([
        ['__proto__', 'x'],
        ['constructor', 'y'],
      ]),
    );
  });

  it('is signed sorted by lower-case name, decoded, without the signature', () => {
    const { canonical } = parseQuery('b=2&Auth_Key=k&auth_signature=s&a=x%2Cy&body_md5=m');
    expect(canonical).toEqual(['a=x,y&auth_key=k&b=2&body_md5=m']);
  });

  it.each([
    ['auth_key=k&b=2', 'auth_key=k&b=2'],
    ['a=x+y&b', 'a=x+y&b='],
    ['a=b=c', 'a=b=c'],
    ['a=1&&b=2', '=&a=1&b=2'],
    ['=1&a=2', '=1&a=2'],
  ])('of %j is signed as %j, wherever the signature stands', (raw, expected) => {
    for (const whole of [`${raw}&auth_signature=s`, `auth_signature=s&${raw}`]) {
      const { canonical, parameters: read } = parseQuery(whole);
      expect([canonical, read.get('auth_signature')]).toEqual([[expected], 's']);
    }
  });

  it('means the same whether it comes as SDKs write it or in another order', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'z', 'A', '_', '1', '=', '+', '%', '[', ']', ''), maxLength: 3 });
    assertProperty(
      fc.property(fc.array(fc.tuple(word, word), { maxLength: 5 }), (pairs) => {
        const sorted = pairs.map(([name, value]) => `${name}=${value}`).sort();
        const usual = parseQuery([...sorted, 'auth_signature=s'].join('&'));
        const unusual = parseQuery(['auth_signature=s', ...sorted].join('&'));
        expect(usual.canonical).toEqual(unusual.canonical);
        expect(usual.hasRepeats).toBe(unusual.hasRepeats);
        expect([...usual.parameters].sort()).toEqual([...unusual.parameters].sort());
      }),
      2000,
    );
  });

  it('with lists may be signed with their plain names or with brackets', () => {
    expect(parseQuery('info[]=a&info[]=b&auth_key=k').canonical).toEqual(['auth_key=k&info=a,b', 'auth_key=k&info[]=a,b']);
  });

  it.each([
    ['a=1&a=2', true],
    ['a=1&A=2', true],
    ['auth_key=x&b=1&auth_key=y', true],
    ['auth_signature=x&auth_signature=y', true],
    ['a=1&auth_signature=x&auth_signature=y', true],
    ['auth_signature=x&b=1&auth_signature=y', true],
    ['a=1&A=2&auth_signature=x', true],
    ['a=1&a=2&auth_signature=x', true],
    ['a=1&b=2&auth_signature=x', false],
    ['a[]=1&a[]=2', false],
    ['a=1&b=1', false],
  ])('%j names a parameter twice: %s', (raw, expected) => {
    expect(parseQuery(raw).hasRepeats).toBe(expected);
  });

  it('never makes the parser throw, whatever it holds', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fc.constantFrom('a', '=', '&', '%', '[', ']', '4', '1', '+', ',', 'auth_signature')).map((parts) => parts.join('')),
    );
    assertProperty(
      fc.property(text, (raw) => {
        const { parameters: read, canonical } = parseQuery(raw);
        expect(canonical.length).toBeGreaterThan(0);
        for (const name of read.keys()) expect(name).toBe(name.toLowerCase());
      }),
      1000,
    );
  });

  it('gives back encoded names and values, in any order', () => {
    const names = fc.uniqueArray(
      fc.string({ unit: 'grapheme' }).filter((name) => !/\[\d*\]$/.test(name)),
      { selector: (name) => name.toLowerCase(), maxLength: 8 },
    );
    assertProperty(
      fc.property(names, fc.string({ unit: 'grapheme' }), (keys, value) => {
        const raw = keys.map((name) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&');
        fc.pre(raw !== '' && raw !== '=');
        expect(parseQuery(raw).parameters).toEqual(new Map(keys.map((name) => [name.toLowerCase(), value])));
      }),
    );
  });
});
