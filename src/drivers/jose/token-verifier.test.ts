import { CompactEncrypt } from 'jose';
import { describe, expect, it } from 'vitest';
import { isFault } from '../../core/identity.ts';
import { type SignatureAlgorithm, signatureAlgorithms } from '../../core/jwt-settings.ts';
import { jwtSettings } from '../../testing/fake-tokens.ts';
import { testApp } from '../../testing/test-app.ts';
import { TestVerifier } from '../../testing/test-verifier.ts';
import { hmacIssuer, type Issuer, jwkOf, keyPairIssuer, pemOf } from '../../testing/token-issuer.ts';

const secret = 'a secret of at least thirty-two bytes';
const hmac = hmacIssuer(secret);

function issuerOf(algorithm: SignatureAlgorithm): Issuer {
  if (algorithm === 'HS256' || algorithm === 'HS384' || algorithm === 'HS512') return hmacIssuer('x'.repeat(64), algorithm);
  return keyPairIssuer(algorithm);
}

describe('the verifier of tokens', () => {
  it.each(signatureAlgorithms)('verifies %s with each way to give the key', async (algorithm) => {
    const issuer = issuerOf(algorithm);
    const given = typeof issuer.publicKey === 'string' ? { secret: issuer.publicKey } : { pem: pemOf(issuer) };
    for (const keys of [given, { jwk: JSON.stringify(jwkOf(issuer)) }]) {
      const test = new TestVerifier({ keys, algorithms: [algorithm] });
      expect(await test.outcome(issuer.issue(test.claims()))).toBe('ann');
    }
  });

  it('says who the user is, from named claims', async () => {
    const test = new TestVerifier({ userInfo: { name: 'nickname', role: 'https://example.com/role', none: 'none' }, watchlistClaim: 'friends' });
    const claims = { sub: '7', jti: 'id', iat: test.now - 10, nickname: 'Ann', 'https://example.com/role': ['a'], friends: ['bob', 'bob', 'cid'] };
    expect(await test.verify(hmac.issue(test.claims(claims)))).toMatchObject({
      tokenId: 'id',
      user: { member: { userId: '7', userInfo: '{"name":"Ann","role":["a"]}' }, watchlist: ['bob', 'cid'] },
      issuedAt: (test.now - 10) * 1000,
      expiresAt: (test.now + 600) * 1000,
    });
  });

  it('says nothing of a user that the token says nothing of', async () => {
    const test = new TestVerifier({ userInfo: { name: 'name' }, watchlistClaim: 'friends' });
    const result = await test.verify(hmac.issue(test.claims()));
    expect(result).toMatchObject({ tokenId: undefined, issuedAt: 0, user: { member: { userId: 'ann', userInfo: 'null' }, watchlist: [] } });
  });

  it('refuses info that is too large, and a watchlist that is none', async () => {
    const test = new TestVerifier({ userInfo: { name: 'name' }, watchlistClaim: 'friends' });
    expect(await test.outcome(hmac.issue(test.claims({ name: 'x'.repeat(1100) })))).toBe('claims');
    for (const friends of ['bob', [1], null, {}]) expect(await test.outcome(hmac.issue(test.claims({ friends })))).toBe('claims');
  });

  it('says what the token allows, by its capabilities and the policies of the app', async () => {
    const test = new TestVerifier({ policies: { subscribe: ['private-App.Models.User.{sub}'], publish: [] } });
    const identity = await test.verify(hmac.issue(test.claims({ clarion: { subscribe: ['private-news.*'], publish: ['private-{sub}'] } })));
    if (isFault(identity)) throw new Error(identity.message);
    const asked = ['private-App.Models.User.ann', 'private-App.Models.User.bob', 'private-news.1', 'private-ann'];
    expect(asked.map((channel) => identity.allows('subscribe', channel))).toEqual([true, false, true, false]);
    expect(asked.map((channel) => identity.allows('publish', channel))).toEqual([false, false, false, false]);
  });

  it('accepts nothing for an app that takes no tokens', async () => {
    const test = new TestVerifier({});
    expect(await test.verifier.verify(testApp(), hmac.issue(test.claims()))).toMatchObject({ reason: 'unknown-key' });
  });

  it('never repeats a token in a fault', async () => {
    const test = new TestVerifier({});
    for (const token of [
      hmac.issue({ sub: 'marker' }),
      `${'marker'.repeat(3)}.x.y`,
      hmac.issue({ sub: 'marker' }, { kid: 'marker', typ: 'marker' }),
    ]) {
      expect(JSON.stringify(await test.verify(token))).not.toContain('marker');
    }
  });

  it('counts what became of tokens', async () => {
    const test = new TestVerifier({});
    const token = hmac.issue(test.claims());
    for (const each of [token, token, token, hmac.issue({}), 'x', hmacIssuer('y'.repeat(32)).issue(test.claims())]) await test.verify(each);
    expect(test.counters).toMatchObject({ verified: 1, cacheHits: 2, cacheMisses: 4, faults: { claims: 1, malformed: 1, signature: 1, expired: 0 } });
  });
});

describe('tokens under way', () => {
  it('of one app are bounded, and do not stand in the way of another', async () => {
    const test = new TestVerifier({});
    const other = testApp({ id: 'other', jwt: jwtSettings() });
    const waiting = Array.from({ length: 5000 }, (_, index) => test.verify(`x${index}`));
    expect(await test.outcome('y')).toBe('keys-unavailable');
    expect(isFault(await test.verifier.verify(other, hmac.issue(test.claims())))).toBe(false);
    await Promise.all(waiting);
    expect(await test.outcome('y')).toBe('malformed');
  });
});

describe('verified tokens', () => {
  it('are known at once the next time, as the same identity', async () => {
    const test = new TestVerifier({});
    const token = hmac.issue(test.claims());
    const first = test.verifier.verify(test.app, token);
    expect(first).toBeInstanceOf(Promise);
    expect(test.verifier.verify(test.app, token)).toBeInstanceOf(Promise);
    expect(test.verifier.verify(test.app, `${token}`)).not.toBe(await first);
    await first;
    const again = test.verifier.verify(test.app, token);
    expect(again).not.toBeInstanceOf(Promise);
    expect(again).toMatchObject({ user: { member: { userId: 'ann' } } });
    expect(test.verifier.verify(test.app, token)).toBe(again);
  });

  it('are known until they expire, and not a moment longer', async () => {
    const test = new TestVerifier({ toleranceSeconds: 5 });
    const token = hmac.issue(test.claims());
    expect(await test.outcome(token)).toBe('ann');
    await test.clock.advance(604_999);
    expect(await test.outcome(token)).toBe('ann');
    expect(test.counters).toMatchObject({ verified: 1, cacheHits: 1 });
    await test.clock.advance(1);
    expect(await test.outcome(token)).toBe('expired');
  });

  it('are forgotten when there are too many, the one first that was used longest ago', async () => {
    const test = new TestVerifier({}, { cached: 2 });
    const [ann, bob, cid] = ['ann', 'bob', 'cid'].map((sub) => hmac.issue(test.claims({ sub }))) as [string, string, string];
    for (const token of [ann, bob, ann, cid, ann]) await test.verify(token);
    expect(test.counters).toMatchObject({ verified: 3, cacheHits: 2 });
    await test.verify(bob);
    expect(test.counters).toMatchObject({ verified: 4, cacheHits: 2 });
  });

  it('are of no use to another app', async () => {
    const test = new TestVerifier({});
    const other = testApp({ id: 'other', jwt: jwtSettings({ keys: { secret: 'the secret of another app, long enough' } }) });
    const token = hmac.issue(test.claims());
    expect(await test.outcome(token)).toBe('ann');
    expect(await test.verifier.verify(other, token)).toMatchObject({ reason: 'signature' });
  });

  it('are known to each of two apps that have the same key', async () => {
    const test = new TestVerifier({});
    const other = testApp({ id: 'other', jwt: jwtSettings() });
    const token = hmac.issue(test.claims());
    for (let times = 0; times < 3; times += 1) for (const app of [test.app, other]) await test.verifier.verify(app, token);
    expect(test.counters).toMatchObject({ verified: 2, cacheHits: 4 });
  });

  it('are verified again when the app is configured anew', async () => {
    const test = new TestVerifier({});
    const token = hmac.issue(test.claims());
    expect(await test.outcome(token)).toBe('ann');
    const renewed = { ...test.app, jwt: jwtSettings({ keys: { secret: 'a new secret of at least thirty-two bytes' } }) };
    expect(await test.verifier.verify(renewed, token)).toMatchObject({ reason: 'signature' });
  });
});

describe('encrypted cookies', () => {
  const encryptionKey = Buffer.alloc(32, 7);
  const cookie = { name: 'session', encryptionKey: encryptionKey.toString('base64') };
  const test = new TestVerifier({ cookie });
  const withClaims = new TestVerifier({ cookie: { ...cookie, acceptsClaims: true } });
  const token = hmac.issue(test.claims());

  function encrypt(
    text: string,
    { key = encryptionKey, alg = 'dir', enc = 'A256GCM', ...header }: { key?: Uint8Array; alg?: string; enc?: string; zip?: string } = {},
  ) {
    return new CompactEncrypt(Buffer.from(text)).setProtectedHeader({ alg, enc, ...header }).encrypt(key);
  }

  it('are opened, and the signed token in them is verified', async () => {
    expect(await test.outcome(await encrypt(token))).toBe('ann');
    expect(await test.outcome(await encrypt(hmacIssuer('y'.repeat(32)).issue(test.claims())))).toBe('signature');
    expect(await test.outcome(await encrypt(hmac.issue(test.claims({ exp: test.now - 1 }))))).toBe('expired');
    expect(await test.outcome(token)).toBe('ann');
  });

  it('are remembered like others', async () => {
    const own = new TestVerifier({ cookie });
    const sealed = await encrypt(token);
    for (let times = 3; times > 0; times -= 1) expect(await own.outcome(sealed)).toBe('ann');
    expect(own.counters).toMatchObject({ verified: 1, cacheHits: 2 });
  });

  it('may hold claims alone only where that is wanted', async () => {
    const claims = JSON.stringify(test.claims());
    expect(await test.outcome(await encrypt(claims))).toBe('malformed');
    expect(await withClaims.outcome(await encrypt(claims))).toBe('ann');
    expect(await withClaims.outcome(await encrypt(token))).toBe('ann');
    expect(await withClaims.outcome(await encrypt(JSON.stringify(test.claims({ exp: test.now - 1 }))))).toBe('expired');
    expect(await withClaims.outcome(await encrypt(JSON.stringify({ sub: 'ann' })))).toBe('claims');
  });

  it.each<[string, Promise<string>, string]>([
    ['with another key', encrypt(token, { key: Buffer.alloc(32, 8) }), 'signature'],
    ['with another cipher', encrypt(token, { key: Buffer.alloc(16, 7), enc: 'A128GCM' }), 'signature'],
    ['with another cipher of the same key length', encrypt(token, { enc: 'A128CBC-HS256' }), 'signature'],
    ['with a wrapped key', encrypt(token, { alg: 'A256KW' }), 'malformed'],
    ['with the key of a password', encrypt(token, { alg: 'PBES2-HS256+A128KW' }), 'malformed'],
    ['with compressed content', encrypt('x'.repeat(5000), { zip: 'DEF' }), 'malformed'],
    ['twice', encrypt(token).then((sealed) => encrypt(sealed)), 'malformed'],
    ['with nothing inside', encrypt(''), 'malformed'],
    ['with a text inside', encrypt('ann'), 'malformed'],
    ['with bytes inside that are no text', encrypt('\u00ff\u00fe{}'), 'malformed'],
    ['and changed', encrypt(token).then((sealed) => sealed.replace(/.{4}$/, 'AAAA')), 'signature'],
    ['and their tag cut', encrypt(token).then((sealed) => sealed.slice(0, -6)), 'signature'],
  ])('are refused when they were encrypted %s', async (_how, sealed, outcome) => {
    for (const verifier of [test, withClaims]) expect(await verifier.outcome(await sealed)).toBe(outcome);
  });

  it('are refused by an app that has no key for them', async () => {
    expect(await new TestVerifier({}).outcome(await encrypt(token))).toBe('malformed');
  });
});
