import { constants, createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { SignatureAlgorithm } from '../core/jwt-settings.ts';

/** Who signs tokens. */
export interface Issuer {
  readonly algorithm: SignatureAlgorithm;
  /** What verifies them: a secret, or a public key. */
  readonly publicKey: KeyObject | string;
  /** A token in compact form; what `header` says comes on top of `alg`. Claims may be JSON that no object gives. */
  issue(claims: object | string, header?: object): string;
}

/** Signs with a shared secret. */
export function hmacIssuer(secret: string, algorithm: 'HS256' | 'HS384' | 'HS512' = 'HS256'): Issuer {
  const digest = (text: string) =>
    createHmac(`sha${algorithm.slice(2)}`, secret)
      .update(text)
      .digest();
  return issuerOf(algorithm, secret, digest);
}

/** Signs with a key pair of its own, made here. */
export function keyPairIssuer(algorithm: Exclude<SignatureAlgorithm, 'HS256' | 'HS384' | 'HS512'>): Issuer {
  const { publicKey, privateKey } = makeKeyPair(algorithm);
  const hash = algorithm === 'EdDSA' ? null : `sha${algorithm.slice(2)}`;
  const isPss = algorithm.startsWith('PS');
  const padding = isPss ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST } : {};
  return issuerOf(algorithm, publicKey, (text) => sign(hash, Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363', ...padding }));
}

/** One part of a token. */
export function encodePart(value: object | string): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
}

/** The public key of an issuer as an entry of a key set. */
export function jwkOf({ algorithm, publicKey }: Issuer, kid?: string): object {
  if (typeof publicKey === 'string') return { kty: 'oct', k: Buffer.from(publicKey).toString('base64url'), alg: algorithm, kid };
  return { ...publicKey.export({ format: 'jwk' }), alg: algorithm, use: 'sig', ...(kid !== undefined && { kid }) };
}

/** The public key of an issuer in PEM. */
export function pemOf({ publicKey }: Issuer): string {
  return typeof publicKey === 'string' ? publicKey : publicKey.export({ format: 'pem', type: 'spki' }).toString();
}

function issuerOf(algorithm: SignatureAlgorithm, publicKey: KeyObject | string, signature: (text: string) => Buffer): Issuer {
  return {
    algorithm,
    publicKey,
    issue(claims, header = {}) {
      const signed = `${encodePart({ alg: algorithm, typ: 'JWT', ...header })}.${encodePart(claims)}`;
      return `${signed}.${signature(signed).toString('base64url')}`;
    },
  };
}

function makeKeyPair(algorithm: SignatureAlgorithm): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  if (algorithm === 'EdDSA') return generateKeyPairSync('ed25519');
  if (!algorithm.startsWith('ES')) return generateKeyPairSync('rsa', { modulusLength: 2048 });
  const curves: Partial<Record<SignatureAlgorithm, string>> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' };
  return generateKeyPairSync('ec', { namedCurve: curves[algorithm] ?? '' });
}
