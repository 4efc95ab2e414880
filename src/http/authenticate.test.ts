import { createHash, createHmac } from 'node:crypto';
import Pusher from 'pusher';
import { describe, expect, it } from 'vitest';
import { Hmac } from '../protocol/hmac.ts';
import { testApp } from '../testing/test-app.ts';
import { authenticate } from './authenticate.ts';
import { parseQuery } from './query.ts';

const now = 1_700_000_000_000;
const app = testApp({
  keys: [
    { key: 'key', secret: 'secret', status: 'active' },
    { key: 'old', secret: 'old-secret', status: 'verify-only' },
    { key: 'gone', secret: 'gone-secret', status: 'revoked' },
  ],
});

interface Request {
  readonly method?: string;
  readonly path?: string;
  readonly paths?: readonly string[];
  readonly body?: string;
  /** The query as sent, without the signature. */
  readonly query: string;
  /** The query as signed. */
  readonly signed?: string;
  readonly secret?: string;
}

function check(
  { method = 'GET', path = '/apps/app/channels', paths = [path], body = '', query, signed = query, secret = 'secret' }: Request,
  at = now,
) {
  const signature = createHmac('sha256', secret).update(`${method}\n${path}\n${signed}`).digest('hex');
  return authenticate(app, { method, paths, body: Buffer.from(body), query: parseQuery(`${query}&auth_signature=${signature}`) }, at, new Hmac());
}

const auth = 'auth_key=key&auth_timestamp=1700000000&auth_version=1.0';
const refused = (text: string) => ({ status: 401, error: expect.stringContaining(text) });

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

describe('a signed request', () => {
  it('is accepted as the SDK signs it', () => {
    const sdk = new Pusher({ appId: 'app', key: 'key', secret: 'secret', cluster: '' });
    const body = '{"name":"é"}';
    const requests = [
      { method: 'GET', path: '/apps/app/channels', params: { info: 'user_count,subscription_count', filter_by_prefix: 'presence-' } },
      { method: 'POST', path: '/apps/app/events', body },
      { method: 'POST', path: '/apps/app/users/a b/terminate_connections', body: '{}' },
    ];
    for (const { body: text = '', params = {}, ...request } of requests) {
      const query = sdk.createSignedQueryString({ ...request, params, ...(text === '' ? {} : { body: text }) });
      const { method, path } = request;
      expect(authenticate(app, { method, paths: [path], body: Buffer.from(text), query: parseQuery(query) }, Date.now(), new Hmac())).toBeUndefined();
    }
  });

  const variants: readonly (readonly [string, Request])[] = [
    ['values raw', { query: `${auth}&info=user_count,subscription_count` }],
    ['values encoded', { query: `${auth}&info=user_count%2Csubscription_count`, signed: `${auth}&info=user_count,subscription_count` }],
    ['names in upper case', { query: `AUTH_KEY=key&auth_timestamp=1700000000&Auth_Version=1.0`, signed: auth }],
    ['another order', { query: 'auth_version=1.0&auth_timestamp=1700000000&auth_key=key', signed: auth }],
    ['a list under its plain name', { query: `${auth}&info[]=a&info[]=b`, signed: `${auth}&info=a,b` }],
    ['a list under its name with brackets', { query: `${auth}&info[]=a&info[]=b`, signed: `${auth}&info[]=a,b` }],
    ['an encoded list', { query: `${auth}&info%5B0%5D=a&info%5B1%5D=b`, signed: `${auth}&info=a,b` }],
    ['parameters that sort around its own', { query: `${auth}&a=1&z=2`, signed: `a=1&${auth}&z=2` }],
    ['the MD5 of its body', { method: 'POST', body: 'é', query: `${auth}&body_md5=${md5('é')}` }],
    ['the MD5 of an empty body, as Python does', { query: `${auth}&body_md5=${md5('')}` }],
    ['no MD5 and no body', { method: 'POST', query: auth }],
    ['a path that was signed decoded', { path: '/apps/app/users/a b', paths: ['/apps/app/users/a%20b', '/apps/app/users/a b'], query: auth }],
    [
      'a path that was signed with the prefix',
      { path: '/ws/apps/app/channels', paths: ['/apps/app/channels', '/ws/apps/app/channels'], query: auth },
    ],
    ['a key that only verifies', { query: auth.replace('key=key', 'key=old'), secret: 'old-secret' }],
    ['an empty parameter', { query: `a=&${auth}` }],
    ['a non-ASCII value', { query: `a=%C3%A9&${auth}`, signed: `a=é&${auth}` }],
  ];

  it.each(variants)('is accepted with %s', (_, request) => {
    expect(check(request)).toBeUndefined();
  });

  it.each([
    ['a key of nobody', { query: auth.replace('key=key', 'key=nobody') }, 'Unknown auth_key'],
    ['no key', { query: 'auth_timestamp=1700000000&auth_version=1.0' }, 'Unknown auth_key'],
    ['a revoked key', { query: auth.replace('key=key', 'key=gone'), secret: 'gone-secret' }, 'Unknown auth_key'],
    ['the secret of another key', { query: auth, secret: 'old-secret' }, 'Invalid signature'],
    ['another version', { query: auth.replace('1.0', '2.0') }, 'auth_version'],
    ['no version', { query: 'auth_key=key&auth_timestamp=1700000000' }, 'auth_version'],
    ['no timestamp', { query: 'auth_key=key&auth_version=1.0' }, 'auth_timestamp'],
    ['a timestamp in milliseconds', { query: auth.replace('1700000000', '1700000000000') }, 'auth_timestamp'],
    ['a timestamp that is no number', { query: auth.replace('1700000000', '1e9') }, 'auth_timestamp'],
    ['a negative timestamp', { query: auth.replace('1700000000', '-1700000000') }, 'auth_timestamp'],
    ['a body and no MD5', { method: 'POST', body: '{}', query: auth }, 'body_md5'],
    ['the MD5 of another body', { method: 'POST', body: '{}', query: `${auth}&body_md5=${md5('{ }')}` }, 'body_md5'],
    ['an MD5 in upper case', { method: 'POST', body: '{}', query: `${auth}&body_md5=${md5('{}').toUpperCase()}` }, 'body_md5'],
    ['the MD5 of a body that did not arrive', { method: 'POST', query: `${auth}&body_md5=${md5('{}')}` }, 'body_md5'],
    ['a parameter that was not signed', { query: `${auth}&info=user_count`, signed: auth }, 'Invalid signature'],
    ['a signed parameter that is missing', { query: auth, signed: `${auth}&info=user_count` }, 'Invalid signature'],
    ['a signature of the encoded text', { query: `${auth}&info=a%2Cb` }, 'Invalid signature'],
    ['another path', { path: '/apps/app/events', paths: ['/apps/app/channels'], query: auth }, 'Invalid signature'],
    ['a parameter twice', { query: `${auth}&auth_key=key` }, 'twice'],
  ] as const)('is refused with %s', (_, request, text) => {
    expect(check(request)).toEqual(refused(text));
  });

  it('is refused with another method than the one that was signed', () => {
    const signature = createHmac('sha256', 'secret').update(`GET\n/apps/app/events\n${auth}`).digest('hex');
    const query = parseQuery(`${auth}&auth_signature=${signature}`);
    expect(authenticate(app, { method: 'POST', paths: ['/apps/app/events'], body: Buffer.alloc(0), query }, now, new Hmac())).toEqual(
      refused('Invalid signature'),
    );
  });

  it.each(['', 'x', 'auth_signature=', 'auth_signature=00', `${auth}`, `${auth}&auth_signature[]=x`])(
    'is refused, without a throw, with the query %j',
    (raw) => {
      expect(authenticate(app, { method: 'GET', paths: ['/'], body: Buffer.alloc(0), query: parseQuery(raw) }, now, new Hmac())).toMatchObject({
        status: 401,
      });
    },
  );

  it('is accepted for 600 seconds before and after its time', () => {
    for (const offset of [-600, -1, 0, 599, 600]) expect(check({ query: auth }, now + offset * 1000)).toBeUndefined();
  });

  it('is refused later and earlier, naming both times', () => {
    for (const offset of [-601, 601])
      expect(check({ query: auth }, now + offset * 1000)).toEqual(refused('Timestamp expired: Given timestamp (2023-11-14T22:13:20Z)'));
    expect(check({ query: auth.replace('1700000000', '1000000000') })).toEqual(refused('not within 600s of server time (2023-11-14T22:13:20Z)'));
  });

  it('is told what to sign, as on Pusher, but never with what', () => {
    const fault = check({ query: auth, secret: 'wrong' });
    expect(fault?.error).toMatch(
      /^Invalid signature: you should have sent HmacSHA256Hex\("GET\\n\/apps\/app\/channels\\nauth_key=key&auth_timestamp=1700000000&auth_version=1\.0", your_secret_key\), but you sent "[0-9a-f]{64}"$/,
    );
    expect(check({ query: `${auth}&a=${'x'.repeat(100_000)}`, signed: '' })?.error.length).toBeLessThan(3000);
  });
});
