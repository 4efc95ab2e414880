import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertProperty } from '../testing/assert-property.ts';
import { redacted, redactText } from './redact-text.ts';

const token = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl';
const hex = 'a1'.repeat(32);

describe('a text for the log', () => {
  it.each([
    ['a token in a query', 'GET /app/key?protocol=7&token=canary-1&client=js', `GET /app/key?protocol=7&token=${redacted}&client=js`],
    ['the first parameter', '/app/key?token=canary-1', `/app/key?token=${redacted}`],
    ['a bare parameter', 'token=canary-1', `token=${redacted}`],
    ['upper case', '/app/key?Token=canary-1', `/app/key?Token=${redacted}`],
    ['a URL within a URL', '/go?to=%2Fapp%3Ftoken%3Dcanary-1', `/go?to=%2Fapp%3Ftoken%3D${redacted}`],
    ['a signed request', '/apps/1/events?auth_key=k&auth_signature=canary-1', `/apps/1/events?auth_key=k&auth_signature=${redacted}`],
    ['a ticket in the path', 'GET /t/canary-1/app/key?protocol=7', `GET /t/${redacted}/app/key?protocol=7`],
    ['a ticket behind a prefix', '/ws/t/canary-1', `/ws/t/${redacted}`],
    ['credentials in a URL', 'connect redis://user:canary-1@host:6379/0', `connect redis://${redacted}@host:6379/0`],
    ['a header', 'Authorization: Basic canary-1\r\nHost: a', `Authorization: ${redacted}\r\nHost: a`],
    ['a header as JSON', '{"authorization":"canary-1"}', `{"authorization":${redacted}`],
    ['a cookie', 'cookie: session=canary-1; other=canary-1', `cookie: ${redacted}`],
    ['a bearer token', 'refused Bearer canary-1-canary', `refused Bearer ${redacted}`],
    [
      'a name that ends like a secret',
      '/hook?client_secret=canary-1&X-Amz-Signature=canary-2',
      `/hook?client_secret=${redacted}&X-Amz-Signature=${redacted}`,
    ],
    ['a variable', 'CLARION_APP_SECRET=canary-1', `CLARION_APP_SECRET=${redacted}`],
    ['a fragment', 'https://a/#access_token=canary-1', `https://a/#access_token=${redacted}`],
    ['a field of JSON', `Unexpected end of {"secret": "canary-1","key":"k"}`, `Unexpected end of {"secret": "${redacted}","key":"k"}`],
    ['JSON in JSON', String.raw`{"data":"{\"auth\":\"k:canary-1\"}"}`, String.raw`{"data":"{\"auth\":\"k:${redacted}\"}"}`.replace('k:', '')],
    ['a password with an @', 'redis://user:canary-1@canary-2@host', `redis://${redacted}@host`],
    ['an encrypted token', `the token ${token}.canary-1.canary-2 is refused`, `the token ${redacted} is refused`],
    ['a private key', '-----BEGIN EC PRIVATE KEY-----\ncanary1\n-----END EC PRIVATE KEY-----', `${redacted}-----END EC PRIVATE KEY-----`],
    ['a subprotocol', 'Sec-WebSocket-Protocol: bearer, canary-1', `Sec-WebSocket-Protocol: ${redacted}`],
    ['a JWT', `the token ${token} is refused`, `the token ${redacted} is refused`],
    ['a signature', `expected key:${hex}`, `expected key:${redacted}`],
  ])('keeps what is no secret: %s', (_, text, left) => {
    expect(redactText(text)).toBe(left);
  });

  it.each([
    'Invalid signature',
    'the channel private-token is full',
    'Application does not exist: key "abc"',
    'tokens=3 were refused',
    'Invalid signature: expected the HMAC SHA256 hex digest of 1.2:private-x',
    '/apps/1/channels/presence-t/users',
    'connect ECONNREFUSED 127.0.0.1:6379',
    'https://example.com/hooks',
  ])('is left alone without a secret: %s', (text) => {
    expect(redactText(text)).toBe(text);
  });

  it('is cut when it is endless', () => {
    expect(redactText('x'.repeat(10_000)).length).toBeLessThan(4100);
  });

  it('holds no token, wherever in a text it stands', () => {
    const around = fc.string({ unit: 'grapheme', maxLength: 30 });
    const carrier = fc.constantFrom('?token=', '&token=', '/t/', 'Bearer ', 'cookie: ', '://user:');
    assertProperty(
      fc.property(around, carrier, around, (before, carried, after) => {
        const end = carried === '://user:' ? '@host' : '';
        expect(redactText(`${before}${carried}canary0123456789${end} ${after}`)).not.toContain('canary0123456789');
      }),
    );
  });

  it('costs no more than its length, whatever it is', () => {
    const hostile = [
      '?token='.repeat(600),
      '://'.repeat(1300),
      '"token":'.repeat(500),
      'a-'.repeat(2000),
      'authorization'.repeat(300),
      'eyJ'.repeat(1300),
      `bearer${' '.repeat(3900)}`,
    ];
    for (const text of hostile) expect(redactText(text).length).toBeLessThan(8000);
  });
});
