import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { configFaults } from '../testing/config-faults.ts';
import { hmacIssuer, jwkOf, keyPairIssuer, pemOf } from '../testing/token-issuer.ts';
import { describeSettings } from './json-schema.ts';
import { loadConfig } from './load.ts';
import { listOptions } from './option.ts';
import { redactSettings } from './redact.ts';

const secret = 'a secret of at least thirty-two bytes';
const rsa = keyPairIssuer('RS256');
const key = Buffer.alloc(32, 1).toString('base64');

function settings(jwt: object, others: object = {}) {
  return { settings: { apps: [{ id: '1', key: 'k', secret: 's', jwt, ...others }] } };
}

function jwtOf(jwt: object, others: object = {}) {
  return loadConfig({ environment: {}, ...settings(jwt, others) }).config.apps[0]?.jwt;
}

describe('apps[].jwt', () => {
  it('is off by default', () => {
    expect(loadConfig({ environment: {} }).config.apps[0]?.jwt).toBeUndefined();
  });

  it('needs no more than a key', () => {
    expect(jwtOf({ secret })).toEqual({
      mode: 'optional',
      keys: { secret },
      algorithms: ['HS256'],
      issuers: [],
      audiences: [],
      toleranceSeconds: 10,
      maxLifetimeSeconds: 2_592_000,
      sources: ['header', 'protocol', 'ticket', 'message'],
      cookie: { name: '__Host-clarion', acceptsClaims: false },
      signinTimeoutSeconds: 10,
      graceSeconds: 30,
      ticketSeconds: 600,
      sessionSeconds: 86_400,
      userInfo: {},
      capabilitiesClaim: 'capabilities',
      policies: { subscribe: [], publish: [] },
    });
  });

  it.each([
    [{ pem: pemOf(rsa) }, ['RS256']],
    [{ pem: pemOf(rsa), algorithms: ['PS512', 'RS256'] }, ['PS512', 'RS256']],
    [{ pem: pemOf(keyPairIssuer('ES384')) }, ['ES384']],
    [{ jwk: JSON.stringify(jwkOf(keyPairIssuer('EdDSA'))) }, ['EdDSA']],
    [{ jwk: JSON.stringify(jwkOf(hmacIssuer(secret))) }, ['HS256']],
    [{ jwksUrl: 'https://id.example/jwks.json' }, ['RS256', 'PS256', 'ES256', 'EdDSA']],
  ])('takes the algorithms of the key: %#', (jwt, algorithms) => {
    expect(jwtOf(jwt)?.algorithms).toEqual(algorithms);
  });

  it.each<[object, boolean]>([
    [{ jwksUrl: 'https://id.example/jwks.json' }, false],
    [{ jwksUrl: 'https://10.0.0.1/jwks.json', jwksAllowPrivateAddress: true }, true],
    [{ jwksUrl: 'http://id.svc/jwks.json', jwksAllowHttp: true }, false],
    [{ jwksUrl: 'http://127.0.0.1:8080/jwks.json' }, true],
    [{ jwksUrl: 'http://localhost/jwks.json' }, true],
    [{ jwksUrl: 'http://[::1]/jwks.json' }, true],
  ])('fetches keys from private addresses only where that is wanted: %j', (jwt, allowsPrivateAddress) => {
    expect(jwtOf(jwt)?.keys).toMatchObject({ allowsPrivateAddress });
  });

  it('can be set by variables', () => {
    const environment = {
      CLARION_APP_ID: '1',
      CLARION_APP_KEY: 'k',
      CLARION_APP_SECRET: 's',
      CLARION_APP_JWT_SECRET: secret,
      CLARION_APP_JWT_MODE: 'required',
      CLARION_APP_JWT_ISSUERS: 'https://a.example,https://b.example',
      CLARION_APP_JWT_POLICIES_SUBSCRIBE: 'private-App.Models.User.{sub},presence-team.{team_id}.*',
      CLARION_APP_JWT_USER_INFO: '{"name":"nickname"}',
      CLARION_APP_JWT_COOKIE_ENCRYPTION_KEY: key,
    };
    expect(loadConfig({ environment }).config.apps[0]?.jwt).toMatchObject({
      mode: 'required',
      keys: { secret },
      issuers: ['https://a.example', 'https://b.example'],
      policies: { subscribe: ['private-App.Models.User.{sub}', 'presence-team.{team_id}.*'] },
      userInfo: { name: 'nickname' },
      cookie: { encryptionKey: key },
    });
  });

  const privateKey = generateKeyPairSync('ed25519').privateKey;

  it.each<[object, string, string]>([
    [{}, '', 'has no key: give one of secret, pem, jwk, jwksUrl'],
    [{ secret, pem: pemOf(rsa) }, '', 'has secret and pem: give one of them'],
    [{ secret: 'x'.repeat(31) }, '.secret', 'is 31 bytes long: at least 32 are needed for HS256, 48 for HS384, 64 for HS512'],
    [{ secret, algorithms: ['HS512'] }, '.algorithms', 'HS512 does not fit secret, with which HS256 can be used'],
    [{ secret, algorithms: ['RS256'] }, '.algorithms', 'RS256 does not fit secret, with which HS256 can be used'],
    [{ secret, algorithms: ['none'] }, '.algorithms[0]', expect.stringMatching(/^must be one of HS256/)],
    [{ secret, algorithms: [] }, '.algorithms', 'must not be empty'],
    [{ pem: pemOf(rsa), algorithms: ['HS256'] }, '.algorithms', expect.stringMatching(/^HS256 does not fit pem/)],
    [{ pem: 'x' }, '.pem', 'is not a public key in PEM'],
    [{ pem: privateKey.export({ format: 'pem', type: 'pkcs8' }) }, '.pem', 'is a private key: give the public one, this server signs nothing'],
    [{ jwk: '{' }, '.jwk', 'is not a JSON Web Key'],
    [{ jwk: JSON.stringify(privateKey.export({ format: 'jwk' })) }, '.jwk', 'is a private key: give the public one, this server signs nothing'],
    [{ jwksUrl: 'http://id.example/jwks' }, '.jwksUrl', expect.stringMatching(/^must be an https: URL/)],
    [{ jwksUrl: 'http://127.0.0.1.evil.example/' }, '.jwksUrl', expect.stringMatching(/^must be an https: URL/)],
    [{ jwksUrl: 'http://localhost.evil.example/' }, '.jwksUrl', expect.stringMatching(/^must be an https: URL/)],
    [{ jwksUrl: 'file:///etc/passwd' }, '.jwksUrl', 'must be an https: URL'],
    [{ jwksUrl: 'https://ann:word@id.example/jwks' }, '.jwksUrl', 'must not contain credentials'],
    [{ jwksUrl: 'https://id.example/', algorithms: ['HS256'] }, '.algorithms', 'HS256 does not fit jwksUrl: what is published is no secret'],
    [{ secret, toleranceSeconds: 61 }, '.toleranceSeconds', 'must be at most 60'],
    [{ secret, cookie: { encryptionKey: 'AAAA' } }, '.cookie.encryptionKey', expect.stringMatching(/^must be 32 bytes in base64/)],
    [{ secret, encryptionMasterKey: `${key.slice(0, -2)}B=` }, '.encryptionMasterKey', expect.stringMatching(/^must be 32 bytes in base64/)],
    [{ secret, cookie: { name: 'a b' } }, '.cookie.name', 'must be the name of a cookie'],
    [{ secret, policies: { subscribe: ['private-{sub}*'] } }, '.policies.subscribe[0]', expect.stringMatching(/^has nothing between/)],
    [{ secret, policies: { publish: ['private-{'] } }, '.policies.publish[0]', expect.stringMatching(/^has characters/)],
    [{ secret, secrets: secret }, '.secrets', 'is not an option. Did you mean apps[0].jwt.secret?'],
  ])('is refused with a clear sentence: %#', (jwt, path, message) => {
    expect(configFaults(settings(jwt))).toEqual([expect.objectContaining({ option: `apps[0].jwt${path}`, message })]);
  });

  it.each([[undefined], [['*']], [['https://a.example', '*']], [['null', 'https://a.example']]])(
    'takes no cookies while the origins are %j',
    (allowedOrigins) => {
      const others = allowedOrigins === undefined ? {} : { allowedOrigins };
      const [fault, ...more] = configFaults(settings({ secret, sources: ['cookie'] }, others));
      expect([fault?.option, more]).toEqual(['apps[0].jwt.sources', []]);
      expect(fault?.message).toMatch(/^has cookie, which any page in a browser could use: give the app allowedOrigins/);
    },
  );

  it('takes cookies where the origins are named', () => {
    expect(jwtOf({ secret, sources: ['cookie'] }, { allowedOrigins: ['https://*.a.example'] })?.sources).toEqual(['cookie']);
  });

  it('is never shown with its secrets', () => {
    const jwk = JSON.stringify(jwkOf(hmacIssuer(secret)));
    const options = listOptions(describeSettings());
    const all = { secret, jwk, encryptionMasterKey: key, cookie: { encryptionKey: key }, jwksUrl: 'https://id.example/jwks?token=marker' };
    const shown = JSON.stringify(redactSettings(settings(all).settings, options));
    for (const hidden of [secret, JSON.stringify(jwk), key, 'marker']) expect(shown).not.toContain(hidden);
    expect(shown).toContain('https://id.example/jwks?[redacted]');
  });

  it('repeats no secret in a fault', () => {
    const faults = configFaults(settings({ secret: 'marker', pem: 'marker', cookie: { encryptionKey: 'marker' } }));
    expect(JSON.stringify(faults)).not.toContain('marker');
  });
});
