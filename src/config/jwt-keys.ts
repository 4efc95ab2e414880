import type { SignatureAlgorithm, TokenKeys } from '../core/jwt-settings.ts';
import { readJwk, readPem, readSecret, type VerificationKey } from '../core/verification-key.ts';

/** How people say what tokens are verified with. */
export interface KeySettings {
  readonly secret?: string;
  readonly pem?: string;
  readonly jwk?: string;
  readonly jwksUrl?: string;
  readonly jwksAllowHttp: boolean;
  readonly jwksAllowPrivateAddress: boolean;
  readonly algorithms?: readonly SignatureAlgorithm[];
}

/** What is wrong, below `apps[].jwt`. */
export interface KeyFault {
  readonly path: readonly string[];
  readonly message: string;
}

interface KeyChoice {
  readonly keys: TokenKeys;
  readonly algorithms: readonly SignatureAlgorithm[];
}

const kinds = ['secret', 'pem', 'jwk', 'jwksUrl'] as const;
const jwksAlgorithms = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const;

/** The one kind of key that is given, with the algorithms that are accepted for it: never others than those that fit it. */
export function chooseKeys(settings: KeySettings): KeyChoice | KeyFault {
  const [kind, ...others] = kinds.filter((name) => settings[name] !== undefined);
  if (kind === undefined) return { path: [], message: `has no key: give one of ${kinds.join(', ')}` };
  if (others.length > 0) return { path: [], message: `has ${[kind, ...others].join(' and ')}: give one of them` };
  const { secret = '', pem = '', jwk = '', jwksUrl = '' } = settings;
  switch (kind) {
    case 'secret':
      return chooseFixed(kind, readSecret(secret), { secret }, settings);
    case 'pem':
      return chooseFixed(kind, readPem(pem), { pem }, settings);
    case 'jwk':
      return chooseFixed(kind, readJwk(parseJson(jwk)), { jwk }, settings);
    case 'jwksUrl':
      return chooseSet(jwksUrl, settings);
  }
}

function chooseFixed(kind: string, key: VerificationKey | string, keys: TokenKeys, { algorithms }: KeySettings): KeyChoice | KeyFault {
  if (typeof key === 'string') return { path: [kind], message: key };
  const unfit = algorithms?.find((algorithm) => !key.algorithms.includes(algorithm));
  if (unfit !== undefined) {
    return { path: ['algorithms'], message: `${unfit} does not fit ${kind}, with which ${key.algorithms.join(', ')} can be used` };
  }
  return { keys, algorithms: algorithms ?? key.algorithms.slice(0, 1) };
}

function chooseSet(jwksUrl: string, settings: KeySettings): KeyChoice | KeyFault {
  const { jwksAllowHttp, jwksAllowPrivateAddress, algorithms = jwksAlgorithms } = settings;
  const url = URL.canParse(jwksUrl) ? new URL(jwksUrl) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) return { path: ['jwksUrl'], message: 'must be an https: URL' };
  const isLoopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  const fault = (message: string): KeyFault => ({ path: ['jwksUrl'], message });
  if (url.protocol !== 'https:' && !isLoopback && !jwksAllowHttp) {
    return fault('must be an https: URL, because whoever can change the keys on their way can be anybody; jwksAllowHttp allows http:');
  }
  if (url.username !== '' || url.password !== '') return fault('must not contain credentials');
  const symmetric = algorithms.find((algorithm) => algorithm.startsWith('HS'));
  if (symmetric !== undefined) return { path: ['algorithms'], message: `${symmetric} does not fit jwksUrl: what is published is no secret` };
  return { keys: { jwksUrl, allowsPrivateAddress: jwksAllowPrivateAddress || isLoopback }, algorithms };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
