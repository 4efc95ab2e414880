import { describe, expect, it } from 'vitest';
import { isFault, tokenFaultReasons } from '../../core/identity.ts';
import { fuzz, fuzzTimeoutMilliseconds } from '../../testing/fuzz.ts';
import { mutateText, mutateValue } from '../../testing/mutate.ts';
import { TestVerifier } from '../../testing/test-verifier.ts';
import { encodePart, hmacIssuer, type Issuer, jwkOf, keyPairIssuer } from '../../testing/token-issuer.ts';

const hmac = hmacIssuer('a secret of at least thirty-two bytes');
const ec = keyPairIssuer('ES256');
const issuers: readonly Issuer[] = [hmac, ec];
const settings = {
  userInfo: { name: 'name' },
  watchlistClaim: 'friends',
  policies: { subscribe: ['private-App.Models.User.{sub}', 'presence-team.{teams}.*'], publish: ['private-{sub}'] },
};

function verifierOf(issuer: Issuer): TestVerifier {
  return new TestVerifier({ ...settings, keys: { jwk: JSON.stringify(jwkOf(issuer)) }, algorithms: [issuer.algorithm] });
}

function claimsOf(test: TestVerifier): object {
  const capabilities = { subscribe: ['private-*', 'presence-a*b'], publish: ['private-room'] };
  return test.claims({ jti: 'id', iat: test.now, nbf: test.now, name: 'Ann', friends: ['bob'], teams: [1, 'two'], clarion: capabilities });
}

describe('tokens under fuzzing', { timeout: fuzzTimeoutMilliseconds }, () => {
  it('are good exactly as they were signed', async () => {
    await fuzz(async (chance) => {
      const issuer = chance.pick(issuers);
      const test = verifierOf(issuer);
      const token = issuer.issue(claimsOf(test), { kid: 'key' });
      const parts = token.split('.');
      const at = chance.below(3);
      const changed = chance.oneIn(2) ? mutateText(chance, token) : parts.map((part, index) => (index === at ? mutatePart(part) : part)).join('.');
      const result = await test.verify(changed);
      expect(isFault(result)).toBe(changed !== token);
      if (isFault(result)) expect(tokenFaultReasons).toContain(result.reason);
      expect(test.log.lines).toEqual([]);

      function mutatePart(part: string): string {
        return encodePart(mutateText(chance, Buffer.from(part, 'base64url').toString()));
      }
    });
  });

  it('do no harm, whatever an issuer signs', async () => {
    await fuzz(async (chance) => {
      const test = verifierOf(hmac);
      const header = mutateValue(chance, { kid: 'key', typ: 'JWT' });
      const claims = mutateValue(chance, claimsOf(test));
      const token = hmac.issue(JSON.stringify(claims) ?? '', typeof header === 'object' && header !== null ? header : {});
      const result = await test.verify(token);
      if (!isFault(result)) {
        expect(result.user.member.userId).toBe(String((claims as { sub: unknown }).sub));
        expect(result.user.member.userId).not.toBe('');
        expect(result.expiresAt).toBeGreaterThan(test.clock.now());
        expect(result.allows('subscribe', '#server-to-user-ann')).toBe(false);
      }
      const { verified, faults } = test.counters;
      expect(verified + Object.values(faults).reduce((sum, count) => sum + count)).toBe(1);
      expect(test.log.lines).toEqual([]);
    });
  });
});
