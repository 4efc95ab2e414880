import { describe, expect, it } from 'vitest';
import { TestVerifier } from '../../testing/test-verifier.ts';
import { hmacIssuer } from '../../testing/token-issuer.ts';

const hmac = hmacIssuer('a secret of at least thirty-two bytes');
const test = new TestVerifier({ toleranceSeconds: 5 });
const { now } = test;

describe('attacks on the claims', () => {
  it.each<[string, string, object | string]>([
    ['claims', 'no exp', { exp: undefined }],
    ['claims', 'exp as text', { exp: String(now + 60) }],
    ['claims', 'exp as null', { exp: null }],
    ['claims', 'exp as list', { exp: [now + 60] }],
    ['claims', 'exp as true', { exp: true }],
    ['claims', 'a negative exp', { exp: -1 }],
    ['claims', 'an infinite exp', `{"sub":"ann","exp":1e999}`],
    ['claims', 'an exp beyond the longest life', { exp: now + 86_400 + 6 }],
    ['claims', 'an exp in milliseconds', { exp: (now + 60) * 1000 }],
    ['expired', 'exp as zero', { exp: 0 }],
    ['expired', 'exp at the edge of the tolerance', { exp: now - 5 }],
    ['ann', 'exp just within the tolerance', { exp: now - 4.9 }],
    ['ann', 'exp with a fraction', { exp: now + 60.5 }],
    ['ann', 'exp at the longest life', { exp: now + 86_400 + 5 }],
    ['ann', 'nbf at the edge of the tolerance', { nbf: now + 5 }],
    ['not-yet-valid', 'nbf behind the tolerance', { nbf: now + 5.1 }],
    ['claims', 'nbf as text', { nbf: '0' }],
    ['not-yet-valid', 'iat behind the tolerance', { iat: now + 6 }],
    ['claims', 'iat as null', { iat: null }],
    ['claims', 'no sub', { sub: undefined }],
    ['1', 'sub as number', { sub: 1 }],
    ['claims', 'sub as fraction', { sub: 1.5 }],
    ['claims', 'sub as a number that stands for several', `{"sub":9007199254740993,"exp":${now + 60}}`],
    ['claims', 'sub as object', { sub: { id: 'ann' } }],
    ['claims', 'sub as list', { sub: ['ann'] }],
    ['claims', 'sub as null', { sub: null }],
    ['claims', 'an empty sub', { sub: '' }],
    ['claims', 'a long sub', { sub: 'x'.repeat(129) }],
    ['claims', 'half a character as sub', `{"sub":"\\ud800","exp":${now + 60}}`],
    ['__proto__', 'sub as __proto__', { sub: '__proto__' }],
    ['a\u0000b', 'sub with a NUL', { sub: 'a\u0000b' }],
    ['claims', 'jti as number', { jti: 1 }],
    ['claims', 'a long jti', { jti: 'x'.repeat(257) }],
    ['claims', 'capabilities as text', { clarion: '*' }],
    ['claims', 'capabilities as list', { clarion: ['*'] }],
  ])('%s: %s', async (outcome, _what, claims) => {
    expect(await test.outcome(hmac.issue(typeof claims === 'string' ? claims : test.claims(claims)))).toBe(outcome);
  });

  const strict = new TestVerifier({ issuers: ['https://id.example'], audiences: ['clarion', 'other'] });
  const named = { iss: 'https://id.example', aud: 'clarion' };

  it.each<[string, object]>([
    ['ann', {}],
    ['ann', { aud: ['x', 'other'] }],
    ['issuer', { iss: undefined }],
    ['issuer', { iss: 'https://id.example/' }],
    ['issuer', { iss: 'https://id.example.evil.example' }],
    ['issuer', { iss: ['https://id.example'] }],
    ['issuer', { iss: null }],
    ['audience', { aud: undefined }],
    ['audience', { aud: [] }],
    ['audience', { aud: 'clarion2' }],
    ['audience', { aud: 'clarion,other' }],
    ['audience', { aud: [['clarion']] }],
    ['audience', { aud: { clarion: true } }],
  ])('issuer and audience: %s with %j', async (outcome, others) => {
    expect(await strict.outcome(hmac.issue(strict.claims({ ...named, ...others })))).toBe(outcome);
  });
});
