import { createPublicKey, createSecretKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import type { SignatureAlgorithm } from './jwt-settings.ts';

/** A key, with the only algorithms that it may be used with. So a public key can never be taken for a secret. */
export interface VerificationKey {
  readonly key: KeyObject;
  readonly algorithms: readonly SignatureAlgorithm[];
}

/** A secret may not be shorter than the hash (RFC 7518, section 3.2). */
const secretBytes: readonly (readonly [bytes: number, algorithm: SignatureAlgorithm])[] = [
  [32, 'HS256'],
  [48, 'HS384'],
  [64, 'HS512'],
];

const minRsaBits = 2048;
const maxRsaBits = 8192; // verifying takes the longer the longer the key is
const rsaAlgorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const;

const curveAlgorithms: ReadonlyMap<string | undefined, SignatureAlgorithm> = new Map([
  ['prime256v1', 'ES256'],
  ['secp384r1', 'ES384'],
  ['secp521r1', 'ES512'],
]);

/** Each of these returns the reason as text when it is no key that tokens can be verified with. It never quotes the key. */
export function readSecret(secret: string | Uint8Array): VerificationKey | string {
  const bytes = Buffer.from(secret);
  const algorithms = secretBytes.filter(([least]) => bytes.length >= least).map(([, algorithm]) => algorithm);
  if (algorithms.length === 0) return `is ${bytes.length} bytes long: at least 32 are needed for HS256, 48 for HS384, 64 for HS512`;
  return { key: createSecretKey(bytes), algorithms };
}

/** A public key or a certificate; lines may end with `\n` written as two characters, as variables have it. */
export function readPem(pem: string): VerificationKey | string {
  const text = pem.replaceAll('\\n', '\n');
  if (text.includes('PRIVATE KEY-----')) return 'is a private key: give the public one, this server signs nothing';
  return publicKey(() => createPublicKey(text), 'is not a public key in PEM');
}

/** One key of a set, as parsed JSON. `alg`, `use` and `key_ops` bind it further. */
export function readJwk(jwk: unknown): VerificationKey | string {
  if (typeof jwk !== 'object' || jwk === null) return 'is not a JSON Web Key';
  const { kty, alg, use, key_ops: operations, k, d } = jwk as JsonWebKey;
  if (use !== undefined && use !== 'sig') return 'is not a key for signatures';
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify'))) return 'is not a key for verifying';
  const isSecret = kty === 'oct';
  if (!isSecret && d !== undefined) return 'is a private key: give the public one, this server signs nothing';
  if (isSecret && typeof k !== 'string') return 'is not a JSON Web Key';
  const read = isSecret
    ? readSecret(Buffer.from(String(k), 'base64url'))
    : publicKey(() => createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' }), 'is not a JSON Web Key');
  if (typeof read === 'string' || alg === undefined) return read;
  const algorithms = read.algorithms.filter((algorithm) => algorithm === (alg === 'Ed25519' ? 'EdDSA' : alg));
  return algorithms.length === 0 ? 'is for an algorithm that does not fit it, or is not supported' : { ...read, algorithms };
}

function publicKey(read: () => KeyObject, otherwise: string): VerificationKey | string {
  let key: KeyObject;
  try {
    key = read();
  } catch {
    return otherwise;
  }
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {};
  switch (key.asymmetricKeyType) {
    case 'rsa':
      if (modulusLength < minRsaBits || modulusLength > maxRsaBits) return `must have ${minRsaBits} to ${maxRsaBits} bits`;
      return { key, algorithms: rsaAlgorithms };
    case 'ed25519':
      return { key, algorithms: ['EdDSA'] };
    default: {
      const algorithm = curveAlgorithms.get(namedCurve);
      return algorithm === undefined
        ? 'is of a kind that is not supported: RSA, P-256, P-384, P-521 and Ed25519 are'
        : { key, algorithms: [algorithm] };
    }
  }
}
