import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { TestVerifier } from '../../testing/test-verifier.ts';
import { encodePart, hmacIssuer, keyPairIssuer, pemOf } from '../../testing/token-issuer.ts';

const rsa = keyPairIssuer('RS256');
const ec = keyPairIssuer('ES256');
const ed = keyPairIssuer('EdDSA');
const stranger = keyPairIssuer('RS256');
const hmac = hmacIssuer('a secret of at least thirty-two bytes');

const byHmac = new TestVerifier({ toleranceSeconds: 5 });
const byRsa = new TestVerifier({ keys: { pem: pemOf(rsa) }, algorithms: ['RS256', 'PS256'] });
const byEc = new TestVerifier({ keys: { pem: pemOf(ec) }, algorithms: ['ES256'] });
const byEd = new TestVerifier({ keys: { pem: pemOf(ed) }, algorithms: ['EdDSA'] });
const { now } = byHmac;
const good = byHmac.claims();

/** A token whose parts are given as they are, with the signature that the app's secret makes of them. */
function signed(header: object | string, payload: object | string): string {
  const text = `${encodePart(header)}.${encodePart(payload)}`;
  return `${text}.${createHmac('sha256', String(hmac.publicKey)).update(text).digest('base64url')}`;
}

const [head = '', body = '', signature = ''] = hmac.issue(good).split('.');

describe('attacks on the algorithm', () => {
  it.each([
    'none',
    'None',
    'NONE',
    'nOnE',
    'none ',
    ' none',
    '',
    'null',
    'HS256 ',
    'hs256',
    'RS256',
    'HS384',
    'HS512',
    'dir',
    'A256GCM',
    '__proto__',
    'toString',
  ])('a token with the algorithm "%s" is refused, signed or not', async (alg) => {
    expect(await byHmac.outcome(signed({ alg }, good))).toBe('algorithm');
    expect(await byHmac.outcome(`${encodePart({ alg })}.${body}.`)).toBe('malformed');
  });

  it.each([undefined, null, 1, true, ['HS256'], { alg: 'HS256' }])('an algorithm that is %j is refused', async (alg) => {
    expect(await byHmac.outcome(signed({ alg }, good))).toBe('malformed');
  });

  it.each(['HS256', 'HS384', 'HS512'] as const)('a public key is never taken for a secret (%s)', async (algorithm) => {
    for (const secret of [pemOf(rsa), pemOf(rsa).trim(), pemOf(rsa).replaceAll('\n', '')]) {
      expect(await byRsa.outcome(hmacIssuer(secret, algorithm).issue(good))).toBe('algorithm');
    }
  });

  it('an algorithm that fits the key and is not allowed is refused', async () => {
    const only = new TestVerifier({ keys: { pem: pemOf(rsa) }, algorithms: ['PS256'] });
    expect(await only.outcome(rsa.issue(good))).toBe('algorithm');
    expect(await byRsa.outcome(rsa.issue(good))).toBe('ann');
  });

  it('an allowed algorithm that does not fit the key is refused', async () => {
    const confused = new TestVerifier({ keys: { pem: pemOf(rsa) }, algorithms: ['RS256', 'HS256', 'ES256'] });
    expect(await confused.outcome(hmacIssuer(pemOf(rsa)).issue(good))).toBe('algorithm');
    expect(await confused.outcome(ec.issue(good))).toBe('algorithm');
  });
});

describe('attacks on the key', () => {
  it.each(['jku', 'jwk', 'x5u', 'x5c', 'crit', 'b64', 'zip'])('a header with %s is refused, even of a token that is right', async (name) => {
    for (const value of ['https://evil.example/keys', ['exp'], {}, false, null]) {
      expect(await byHmac.outcome(hmac.issue(good, { [name]: value }))).toBe('malformed');
    }
  });

  it('a key that the token brings itself is not used', async () => {
    const jwk = stranger.publicKey instanceof Object ? stranger.publicKey.export({ format: 'jwk' }) : {};
    expect(await byRsa.outcome(stranger.issue(good, { jwk }))).toBe('malformed');
    expect(await byRsa.outcome(stranger.issue(good))).toBe('signature');
  });

  it.each(['../../../../dev/null', '/etc/passwd', "' OR 1=1 --", '__proto__', '\u0000', '', 'https://evil.example/key', '| cat'])(
    'the kid %j opens nothing',
    async (kid) => {
      expect(await byRsa.outcome(stranger.issue(good, { kid }))).toBe('signature');
      expect(await byHmac.outcome(hmacIssuer('').issue(good, { kid }))).toBe('signature');
    },
  );

  it.each([1, null, {}, [], 'x'.repeat(257)])('the kid %j is refused', async (kid) => {
    expect(await byHmac.outcome(hmac.issue(good, { kid }))).toBe('malformed');
  });

  it.each(['logout+jwt', 'secevent+jwt', 'dpop+jwt', 'JOSE', '', 1, null])('another kind of token (typ %j) is refused', async (typ) => {
    expect(await byHmac.outcome(hmac.issue(good, { typ }))).toBe('malformed');
  });

  it.each(['JWT', 'jwt', 'at+jwt', 'application/at+jwt', undefined])('the typ %j is accepted', async (typ) => {
    expect(await byHmac.outcome(hmac.issue(good, { typ }))).toBe('ann');
  });
});

describe('attacks on the signature', () => {
  it.each<[string, TestVerifier, string]>([
    ['another secret', byHmac, hmacIssuer('another secret of thirty-two bytes!').issue(good)],
    ['other claims', byHmac, `${head}.${encodePart({ ...good, sub: 'bob' })}.${signature}`],
    ['another header', byHmac, `${encodePart({ alg: 'HS256' })}.${body}.${signature}`],
    ['half of it', byHmac, `${head}.${body}.${Buffer.from(signature, 'base64url').subarray(0, 16).toString('base64url')}`],
    ['one byte more', byHmac, `${head}.${body}.${Buffer.concat([Buffer.from(signature, 'base64url'), Buffer.from([0])]).toString('base64url')}`],
    ['another RSA key', byRsa, stranger.issue(good)],
    ['zeros, RSA', byRsa, withSignature(rsa.issue(good), Buffer.alloc(256))],
    ['one, RSA', byRsa, withSignature(rsa.issue(good), Buffer.concat([Buffer.alloc(255), Buffer.from([1])]))],
    ['zeros, ECDSA', byEc, withSignature(ec.issue(good), Buffer.alloc(64))],
    ['zeros in DER, ECDSA', byEc, withSignature(ec.issue(good), Buffer.from('3006020100020100', 'hex'))],
    ['the order of the group, ECDSA', byEc, withSignature(ec.issue(good), groupOrder())],
    ['another curve', byEc, keyPairIssuer('ES384').issue(good, { alg: 'ES256' })],
    ['another EC key', byEc, keyPairIssuer('ES256').issue(good)],
    ['zeros, EdDSA', byEd, withSignature(ed.issue(good), Buffer.alloc(64))],
    ['the neutral point, EdDSA', byEd, withSignature(ed.issue(good), Buffer.concat([Buffer.from([1]), Buffer.alloc(63)]))],
    ['another Ed25519 key', byEd, keyPairIssuer('EdDSA').issue(good)],
  ])('a signature of %s is refused', async (_what, verifier, token) => {
    expect(await verifier.outcome(token)).toBe('signature');
  });

  it('the right ones are accepted', async () => {
    expect(await Promise.all([byHmac.outcome(hmac.issue(good)), byEc.outcome(ec.issue(good)), byEd.outcome(ed.issue(good))])).toEqual([
      'ann',
      'ann',
      'ann',
    ]);
  });
});

describe('attacks on the form', () => {
  it.each<[string, string]>([
    ['two parts', `${head}.${body}`],
    ['four parts', `${head}.${body}.${signature}.${signature}`],
    ['five parts, although the app takes no encrypted ones', `${head}..${body}.${body}.${signature}`],
    ['no signature', `${head}.${body}.`],
    ['only dots', '..'],
    ['a space in front', ` ${head}.${body}.${signature}`],
    ['a line feed behind', `${head}.${body}.${signature}\n`],
    ['a line feed inside', `${head}.${body.slice(0, 4)}\n${body.slice(4)}.${signature}`],
    ['a NUL', `${head}.${body}\u0000.${signature}`],
    ['padding', `${head}.${body}.${signature}=`],
    ['plain base64', `${head}.${body}.${signature.replace(/.$/, '+')}`],
    ['another spelling of its last bits', `${head}.${body}.${respell(signature)}`],
    ['a scheme in front', `Bearer ${head}.${body}.${signature}`],
    ['wide characters', `${head}.${body}.${'ｅ'.repeat(43)}`],
    ['a header in JSON', `${JSON.stringify({ alg: 'HS256' })}.${body}.${signature}`],
    ['a header that is a list', signed('[{"alg":"HS256"}]', good)],
    ['a header that is no JSON', signed('{alg:HS256}', good)],
    ['a header that is null', signed('null', good)],
    [
      'a header that is not UTF-8',
      signed(Buffer.from('{"alg":"HS256","x":"\xff"}', 'latin1').toString('latin1'), good).replace(
        /^[^.]+/,
        Buffer.from('{"alg":"HS256","x":"\xff"}', 'latin1').toString('base64url'),
      ),
    ],
    ['a header with a byte order mark', signed('\ufeff{"alg":"HS256"}', good)],
    ['a deep header', signed(`{"alg":"HS256","x":${'['.repeat(1000)}`, good)],
    ['claims that are no JSON', signed({ alg: 'HS256' }, '{"sub":"ann",}')],
    ['claims that are a list', signed({ alg: 'HS256' }, '[]')],
    ['claims that are a text', signed({ alg: 'HS256' }, '"ann"')],
    ['claims that are null', signed({ alg: 'HS256' }, 'null')],
    ['claims with NaN', signed({ alg: 'HS256' }, `{"sub":"ann","exp":NaN}`)],
  ])('a token with %s is refused', async (_what, token) => {
    expect(await byHmac.outcome(token)).toBe('malformed');
  });

  it('an empty text is no token', async () => {
    expect(await byHmac.outcome('')).toBe('missing');
  });

  it.each([8193, 100_000, 5_000_000])('%i characters are refused without a look at them', async (characters) => {
    expect(await byHmac.outcome('a'.repeat(characters))).toBe('too-large');
  });

  it('up to 8192 bytes are accepted', async () => {
    const fitting = [5800, 5900].map((length) => hmac.issue(byHmac.claims({ pad: 'x'.repeat(length) })));
    expect(Math.max(...fitting.map(({ length }) => length))).toBeLessThanOrEqual(8192);
    expect(await Promise.all(fitting.map((token) => byHmac.outcome(token)))).toEqual(['ann', 'ann']);
  });

  it('claims that are nested deeply do no harm', async () => {
    const deep = `${'['.repeat(2500)}${']'.repeat(2500)}`;
    expect(await byHmac.outcome(signed({ alg: 'HS256' }, `{"sub":"ann","exp":${now + 60},"x":${deep}}`))).toBe('ann');
    const shown = new TestVerifier({ userInfo: { x: 'x' } });
    expect(await shown.outcome(signed({ alg: 'HS256' }, `{"sub":"ann","exp":${now + 60},"x":${deep}}`))).toBe('claims');
  });

  it('of a claim that is there twice the last one counts, for everything', async () => {
    const doubled = `{"sub":"bob","exp":${now - 60},"sub":"ann","exp":${now + 60}}`;
    expect(await byHmac.outcome(signed({ alg: 'HS256' }, doubled))).toBe('ann');
    expect(await byHmac.outcome(signed('{"alg":"HS256","alg":"none"}', good))).toBe('algorithm');
  });
});

function withSignature(token: string, bytes: Buffer): string {
  return token.replace(/[^.]+$/, bytes.toString('base64url'));
}

/** The same bytes, with bits set that belong to none. */
function respell(part: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const last = alphabet.indexOf(part.at(-1) ?? '');
  return part.slice(0, -1) + alphabet[last + 1];
}

/** n and n: both are zero as seen by the curve. */
function groupOrder(): Buffer {
  const order = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex');
  return Buffer.concat([order, order]);
}
