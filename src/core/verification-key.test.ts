import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { jwkOf, keyPairIssuer, pemOf } from '../testing/token-issuer.ts';
import { readJwk, readPem, readSecret } from './verification-key.ts';

const rsa = keyPairIssuer('RS256');

function algorithmsOf(read: ReturnType<typeof readPem>): readonly string[] | string {
  return typeof read === 'string' ? read : read.algorithms;
}

describe('a verification key', () => {
  it('can be used only with algorithms of its kind', () => {
    expect(algorithmsOf(readPem(pemOf(rsa)))).toEqual(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']);
    expect((['ES256', 'ES384', 'ES512', 'EdDSA'] as const).map((name) => algorithmsOf(readPem(pemOf(keyPairIssuer(name)))))).toEqual([
      ['ES256'],
      ['ES384'],
      ['ES512'],
      ['EdDSA'],
    ]);
  });

  it('is bound further by its alg', () => {
    expect(algorithmsOf(readJwk({ ...jwkOf(rsa), alg: 'PS384' }))).toEqual(['PS384']);
    expect(algorithmsOf(readJwk({ ...jwkOf(keyPairIssuer('EdDSA')), alg: 'Ed25519' }))).toEqual(['EdDSA']);
    expect(algorithmsOf(readJwk({ ...jwkOf(rsa), alg: 'HS256' }))).toContain('does not fit');
  });

  it('must be as long as the hash when it is a secret', () => {
    expect([31, 32, 48, 64].map((bytes) => algorithmsOf(readSecret('x'.repeat(bytes))))).toEqual([
      'is 31 bytes long: at least 32 are needed for HS256, 48 for HS384, 64 for HS512',
      ['HS256'],
      ['HS256', 'HS384'],
      ['HS256', 'HS384', 'HS512'],
    ]);
    expect(algorithmsOf(readJwk({ kty: 'oct', k: Buffer.alloc(32).toString('base64url') }))).toEqual(['HS256']);
  });

  it('is read from PEM in one line', () => {
    expect(algorithmsOf(readPem(pemOf(rsa).replaceAll('\n', '\\n')))).toContain('RS256');
  });

  it.each([
    ['a private key', generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(), 'private key'],
    ['nonsense', 'key', 'not a public key'],
    ['a short RSA key', generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'pem', type: 'spki' }).toString(), '2048'],
    [
      'another curve',
      generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey.export({ format: 'pem', type: 'spki' }).toString(),
      'not supported',
    ],
    ['a key for agreement', generateKeyPairSync('x25519').publicKey.export({ format: 'pem', type: 'spki' }).toString(), 'not supported'],
  ])('is not %s', (_what, pem, why) => {
    expect(readPem(pem)).toContain(why);
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['a text', 'key'],
    ['an unknown kind', { kty: 'AKP' }],
    ['a private key', { ...generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }) }],
    ['a key for encryption', { ...jwkOf(rsa), use: 'enc' }],
    ['a key for wrapping', { ...jwkOf(rsa), use: undefined, key_ops: ['wrapKey'] }],
    ['a point off its curve', { ...jwkOf(keyPairIssuer('ES256')), x: 'AQ', y: 'AQ' }],
    ['a secret without bytes', { kty: 'oct' }],
    ['a short secret', { kty: 'oct', k: 'AAAA' }],
    ['members of other types', { kty: 'RSA', n: 1, e: {} }],
  ])('is not %s as JSON Web Key', (_what, jwk) => {
    expect(readJwk(jwk)).toEqual(expect.any(String));
  });
});
