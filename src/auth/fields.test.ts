import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertProperty } from '../testing/assert-property.ts';
import { readFields } from './fields.ts';

const read = (body: string | Buffer, contentType: string) => readFields({ body: Buffer.from(body as string), contentType }, ['a', 'b']);
const form = 'application/x-www-form-urlencoded';
const json = 'application/json';

describe('the fields of a body', () => {
  it('are read from a form', () => {
    expect(read('b=%C3%A4+x&a=1&c=2&c=3', `${form};charset=UTF-8`)).toEqual(
      new Map([
        ['b', 'ä x'],
        ['a', '1'],
      ]),
    );
  });

  it('are read from JSON', () => {
    expect(read('{"a":"1","b":"2","c":null}', 'Application/JSON')).toEqual(
      new Map([
        ['a', '1'],
        ['b', '2'],
      ]),
    );
  });

  it.each([
    ['', 415],
    ['text/plain', 415],
    ['multipart/form-data; boundary=x', 415],
    ['application/jsonp', 415],
    [`${form}, ${json}`, 415],
  ])('are not read from the type %j', (contentType, status) => {
    expect(read('a=1&b=2', contentType)).toMatchObject({ status });
  });

  it.each([
    [form, 'a=1', 400],
    [form, 'a=1&b=2&a=1', 400],
    [form, '=&&;', 400],
    [json, '', 400],
    [json, 'null', 400],
    [json, '["a","b"]', 400],
    [json, '{"a":1,"b":"2"}', 400],
    [json, '{"a":["1"],"b":"2"}', 400],
    [json, '{"__proto__":{"a":"1","b":"2"}}', 400],
    [json, '['.repeat(16_000), 400],
    [json, `{"a":"1","b":"2","c":"${'x'.repeat(16_384)}"}`, 413],
    [form, Buffer.from('a=\xff&b=2', 'latin1'), 400],
  ])('%s %j are refused with %i', (contentType, body, status) => {
    expect(read(body, contentType)).toMatchObject({ status, error: expect.any(String) });
  });

  it('never make anything throw', () => {
    assertProperty(fc.property(fc.string({ unit: 'binary' }), fc.constantFrom(form, json), (body, contentType) => void read(body, contentType)));
  });
});
