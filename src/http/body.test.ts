import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertProperty } from '../testing/assert-property.ts';
import { signedRequest } from '../testing/signed-request.ts';
import { parseBody } from './body.ts';
import { parseQuery } from './query.ts';

function parse(body: string | Uint8Array, query = '') {
  return parseBody({ request: { ...signedRequest('/'), body: Buffer.from(body) }, query: parseQuery(query) });
}

describe('a body', () => {
  it.each(['{}', '[]', 'null', '1', '"x"', ' {"a":1} ', '{"__proto__":1}'])('is read as JSON: %s', (text) => {
    expect(parse(text)).toEqual({ value: JSON.parse(text) });
  });

  it.each(['{', 'x', ' ', '\ufeff{}', '{"a":1}}', 'a=b'])('that is not JSON is refused: %j', (text) => {
    expect(parse(text)).toEqual({ status: 400, error: 'The body is not valid JSON' });
  });

  it.each([[0xff], [0x22, 0xc3, 0x22], [0xed, 0xa0, 0x80], [0xc0, 0x80]])('that is not UTF-8 is refused: %j', (...bytes) => {
    expect(parse(Uint8Array.from(bytes))).toEqual({ status: 400, error: 'The body is not valid UTF-8' });
  });

  it('that is empty is replaced by the parameters that are not part of the signature', () => {
    expect(parse('', 'auth_key=k&name=e&data=%7B%7D&channels[]=a&channels[]=b&socket_id=1.2&body_md5=m')).toEqual({
      value: { name: 'e', data: '{}', channels: ['a', 'b'], socket_id: '1.2' },
    });
    expect(parse('', 'channel=a')).toEqual({ value: { channel: 'a' } });
    expect(parse('')).toEqual({ value: {} });
  });

  it('wins over the parameters', () => {
    expect(parse('{"name":"body"}', 'name=query')).toEqual({ value: { name: 'body' } });
  });

  it('may be nested very deeply', () => {
    expect(parse(`${'['.repeat(500_000)}${']'.repeat(500_000)}`)).toHaveProperty('value');
  });

  it('never makes the parser throw, whatever its bytes', () => {
    assertProperty(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((text) => Buffer.from(text)),
        ),
        fc.string({ unit: 'binary' }),
        (bytes, query) => {
          const parsed = parse(bytes, query);
          expect('value' in parsed || parsed.status === 400).toBe(true);
        },
      ),
      500,
    );
  });
});
