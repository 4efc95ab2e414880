import { readFileSync } from 'node:fs';
import { CompactEncrypt } from 'jose';
import { describe, expect, it, onTestFinished, type TestContext } from 'vitest';
import { behaviours, HttpReceiver } from '../src/testing/http-receiver.ts';
import { temporaryFolder } from '../src/testing/temporary-folder.ts';
import { hmacIssuer, type Issuer, jwkOf, keyPairIssuer, pemOf } from '../src/testing/token-issuer.ts';
import { makeCertificate } from './support/certificate.ts';
import { Client, type ConnectOptions } from './support/client.ts';
import { ownServer } from './support/own-server.ts';
import { refusedWith } from './support/refused.ts';
import { startServer } from './support/server.ts';
import { type Target, targetAt } from './support/target.ts';
import { tokenApp, tokenAppSettings } from './support/token-app.ts';

const rsa = keyPairIssuer('RS256');
const young = keyPairIssuer('RS256');
const soon = () => Math.floor(Date.now() / 1000) + 600;

/** A server whose app has these keys and no others. */
async function serverWith(context: TestContext, keys: object, environment: Record<string, string> = {}): Promise<Target> {
  const server = await ownServer(context, { apps: [tokenAppSettings({ secret: undefined, ...keys })] }, { environment });
  return targetAt(server.httpUrl, tokenApp);
}

function presented(issuer: Issuer, header: object = {}, claims: object = {}): ConnectOptions {
  return { headers: { authorization: `Bearer ${issuer.issue({ sub: 'ann', exp: soon(), ...claims }, header)}` } };
}

async function expectAccepted(target: Target, options: ConnectOptions): Promise<void> {
  const client = await Client.connect(target, options);
  client.send({ event: 'pusher:subscribe', data: { channel: 'private-user.ann' } });
  expect(await client.next()).toMatchObject({ event: 'pusher_internal:subscription_succeeded' });
}

async function keyServer(certificate?: ReturnType<typeof makeCertificate>): Promise<HttpReceiver> {
  const pem = certificate && { cert: readFileSync(certificate.certFile, 'utf8'), key: readFileSync(certificate.keyFile, 'utf8') };
  const receiver = await HttpReceiver.open(pem);
  onTestFinished(() => receiver.close());
  return receiver;
}

function keySet(issuers: Readonly<Record<string, Issuer>>) {
  return behaviours.answer(200, JSON.stringify({ keys: Object.entries(issuers).map(([kid, issuer]) => jwkOf(issuer, kid)) }));
}

describe('keys of tokens', () => {
  it.for(['RS256', 'PS256', 'ES256', 'EdDSA'] as const)('%s tokens are verified with a public key', async (algorithm, context) => {
    const issuer = keyPairIssuer(algorithm);
    const target = await serverWith(context, { pem: pemOf(issuer), algorithms: [algorithm] });
    await expectAccepted(target, presented(issuer));
    expect(await refusedWith(target, presented(keyPairIssuer(algorithm)))).toBe(4009);
  });

  it('a public key is never taken for a secret, and a key that the token brings never used', async (context) => {
    const target = await serverWith(context, { pem: pemOf(rsa) });
    expect(await refusedWith(target, presented(hmacIssuer(pemOf(rsa))))).toBe(4009);
    expect(await refusedWith(target, presented(young, { jwk: jwkOf(young) }))).toBe(4009);
    expect(await refusedWith(target, presented(rsa, { alg: 'none' }))).toBe(4009);
    await expectAccepted(target, presented(rsa));
  });

  it('are fetched from the one URL that is configured, over TLS that is checked', async (context) => {
    const certificate = makeCertificate(temporaryFolder());
    const [keys, decoy] = [await keyServer(certificate), await keyServer()];
    keys.behave = keySet({ old: rsa });
    const trusting = await serverWith(context, { jwksUrl: keys.url('/jwks.json') }, { NODE_EXTRA_CA_CERTS: certificate.certFile });
    await expectAccepted(trusting, presented(rsa, { kid: 'old' }));
    for (const name of ['jku', 'x5u']) expect(await refusedWith(trusting, presented(rsa, { kid: 'old', [name]: decoy.url() }))).toBe(4009);
    expect([keys.requests.length, decoy.requests.length]).toEqual([1, 0]);
    const distrusting = await serverWith(context, { jwksUrl: keys.url('/jwks.json') });
    await expect(Client.connect(distrusting, presented(rsa, { kid: 'old' }))).rejects.toThrow();
    expect(keys.requests).toHaveLength(1);
  });

  it('that cannot be had send clients away so that they come back, and others are not disturbed', async (context) => {
    const keys = await keyServer();
    keys.behave = behaviours.answer(500);
    const apps = [tokenAppSettings({ secret: undefined, jwksUrl: keys.url() }), { ...tokenAppSettings(), id: 'other', key: 'other-key' }];
    const server = await ownServer(context, { apps });
    const target = targetAt(server.httpUrl, tokenApp);
    const client = await Client.open(target, presented(rsa, { kid: 'old' }));
    expect(await client.next()).toMatchObject({ event: 'pusher:error' });
    expect((await client.closed).code).toBe(4100);
    const other = targetAt(server.httpUrl, { ...tokenApp, id: 'other', key: 'other-key' });
    await expectAccepted(other, presented(hmacIssuer('a secret that only the token issuer has')));
    keys.behave = keySet({ old: rsa });
    await expect
      .poll(
        () =>
          Client.connect(target, presented(rsa, { kid: 'old' })).then(
            () => true,
            () => false,
          ),
        { interval: 500, timeout: 10_000 },
      )
      .toBe(true);
  });
});

describe('encrypted cookies', () => {
  const encryptionKey = Buffer.alloc(32, 5);
  const settings = { sources: ['cookie'], cookie: { name: 'session', encryptionKey: encryptionKey.toString('base64') } };
  const issuer = hmacIssuer('a secret that only the token issuer has');

  async function cookie(text: string, key: Uint8Array = encryptionKey): Promise<ConnectOptions> {
    const value = await new CompactEncrypt(Buffer.from(text)).setProtectedHeader({ alg: 'dir', enc: 'A256GCM' }).encrypt(key);
    return { headers: { cookie: `session=${value}`, origin: 'https://app.example' } };
  }

  it('stay encrypted: the server opens them and verifies what is in them', async (context) => {
    const server = await ownServer(context, { apps: [tokenAppSettings(settings)] });
    const target = targetAt(server.httpUrl, tokenApp);
    const claims = { sub: 'ann', exp: soon() };
    await expectAccepted(target, await cookie(issuer.issue(claims)));
    expect(await refusedWith(target, await cookie(issuer.issue(claims), Buffer.alloc(32, 6)))).toBe(4009);
    expect(await refusedWith(target, await cookie(JSON.stringify(claims)))).toBe(4009);
  });

  it('may hold claims alone where that is configured', async (context) => {
    const own = { ...settings, cookie: { ...settings.cookie, acceptsClaims: true } };
    const server = await ownServer(context, { apps: [tokenAppSettings(own)] });
    const target = targetAt(server.httpUrl, tokenApp);
    await expectAccepted(target, await cookie(JSON.stringify({ sub: 'ann', exp: soon() })));
    expect(await refusedWith(target, await cookie(JSON.stringify({ sub: 'ann', exp: 1 })))).toBe(4009);
  });
});

describe('the start', () => {
  it.for<[string, object, string]>([
    ['cookies are taken from any page', { allowedOrigins: ['*'], jwt: { secret: 'x'.repeat(32), sources: ['cookie'] } }, 'jwt.sources'],
    ['there are two keys', { jwt: { secret: 'x'.repeat(32), pem: pemOf(rsa) } }, 'give one of them'],
    ['the secret is short', { jwt: { secret: 'short' } }, 'at least 32'],
    ['the keys come without TLS', { jwt: { jwksUrl: 'http://keys.example/' } }, 'jwksAllowHttp'],
  ])('is refused when %s', async ([, app, sentence]) => {
    await expect(startServer({ apps: [{ ...tokenApp, ...app }] })).rejects.toThrow(sentence);
  });
});
