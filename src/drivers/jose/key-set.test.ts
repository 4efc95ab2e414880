import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JwtSettings } from '../../core/jwt-settings.ts';
import { TargetRefused } from '../../core/lookup.ts';
import { settled } from '../../testing/fake-clock.ts';
import { behaviours, HttpReceiver } from '../../testing/http-receiver.ts';
import { TestVerifier } from '../../testing/test-verifier.ts';
import { hmacIssuer, type Issuer, jwkOf, keyPairIssuer } from '../../testing/token-issuer.ts';

const old = keyPairIssuer('RS256');
const young = keyPairIssuer('RS256');
const curve = keyPairIssuer('ES256');

const second = 1000;
const minute = 60 * second;

describe('the keys of an issuer', () => {
  let server: HttpReceiver;
  let test: TestVerifier;

  beforeEach(async () => {
    server = await HttpReceiver.open();
    test = verifierOf();
    publish({ old });
  });

  afterEach(async () => {
    test.verifier.close();
    await server.close();
  });

  function verifierOf(jwt: Partial<JwtSettings> = {}, timeout = 1000): TestVerifier {
    const keys = { jwksUrl: server.url('/jwks.json'), allowsPrivateAddress: true };
    return new TestVerifier({ keys, algorithms: ['RS256', 'ES256'], maxLifetimeSeconds: 31_536_000, ...jwt }, { timeout });
  }

  function publish(issuers: Readonly<Record<string, Issuer>>): void {
    const keys = Object.entries(issuers).map(([kid, issuer]) => jwkOf(issuer, kid));
    server.behave = behaviours.answer(200, JSON.stringify({ keys }));
  }

  /** A token that nobody has seen before. */
  let serial = 0;
  function tokenOf(issuer: Issuer, kid?: string): string {
    serial += 1;
    return issuer.issue(test.claims({ exp: test.now + 86_400, serial }), kid === undefined ? {} : { kid });
  }

  it('are fetched with the first token, once for all that come at the same time', async () => {
    expect(server.requests).toHaveLength(0);
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => test.outcome(tokenOf(old, 'old'))));
    expect(new Set(outcomes)).toEqual(new Set(['ann']));
    expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /jwks.json']);
    expect(test.counters).toMatchObject({ keyFetches: 1, keyFetchFailures: 0 });
  });

  it('are chosen by kid and algorithm', async () => {
    publish({ old, young, curve });
    expect(await test.outcome(tokenOf(young, 'young'))).toBe('ann');
    expect(await test.outcome(tokenOf(curve, 'curve'))).toBe('ann');
    expect(await test.outcome(tokenOf(young, 'old'))).toBe('signature');
    expect(await test.outcome(tokenOf(young, 'curve'))).toBe('algorithm');
    expect(await test.outcome(tokenOf(curve))).toBe('ann'); // the only one for its algorithm
    expect(await test.outcome(tokenOf(old))).toBe('unknown-key'); // there are two
    expect(server.requests).toHaveLength(1);
  });

  it('are never symmetric, and never for encryption', async () => {
    const secret = hmacIssuer('a published secret is no secret at all');
    server.behave = behaviours.answer(200, JSON.stringify({ keys: [jwkOf(secret, 'hmac'), { ...jwkOf(old, 'old'), use: 'enc' }, null, 'key'] }));
    const open = verifierOf({ algorithms: ['HS256', 'RS256'] });
    expect(await open.outcome(secret.issue(open.claims(), { kid: 'hmac' }))).toBe('unknown-key');
    expect(await open.outcome(tokenOf(old, 'old'))).toBe('unknown-key');
  });

  it('are fetched again for a key that is new, but at most every 30 s for keys that do not exist', async () => {
    expect(await test.outcome(tokenOf(old, 'old'))).toBe('ann');
    publish({ old, young });
    expect(await test.outcome(tokenOf(young, 'young'))).toBe('unknown-key');
    await test.clock.advance(30 * second);
    expect(await test.outcome(tokenOf(young, 'young'))).toBe('ann');
    for (let number = 0; number < 50; number += 1) expect(await test.outcome(tokenOf(old, `made up ${number}`))).toBe('unknown-key');
    expect(server.requests).toHaveLength(2);
    expect(test.counters).toMatchObject({ keyFetches: 2 });
  });

  it('are fetched again before they are too old, while nobody waits', async () => {
    await test.outcome(tokenOf(old, 'old'));
    await test.clock.advance(5 * minute);
    server.behave = behaviours.stall;
    expect(await test.outcome(tokenOf(old, 'old'))).toBe('ann');
    await server.received(2);
    expect(await test.outcome(tokenOf(old, 'old'))).toBe('ann');
    expect(server.requests).toHaveLength(2);
  });

  it('that the issuer withdrew are forgotten, with the tokens that were verified by them', async () => {
    const token = tokenOf(old, 'old');
    expect(await test.outcome(token)).toBe('ann');
    expect(await test.outcome(token)).toBe('ann');
    expect(test.counters).toMatchObject({ cacheHits: 1 });
    publish({ young });
    await test.clock.advance(10 * minute);
    expect(await test.outcome(token)).toBe('unknown-key');
    expect(await test.outcome(tokenOf(young, 'young'))).toBe('ann');
  });

  it('that are found to be withdrawn while the set still counts are forgotten at once', async () => {
    const token = tokenOf(old, 'old');
    expect(await test.outcome(token)).toBe('ann');
    publish({ young });
    await test.clock.advance(31 * second);
    expect(await test.outcome(token)).toBe('ann');
    expect(await test.outcome(tokenOf(young, 'young'))).toBe('ann');
    expect(await test.outcome(token)).toBe('unknown-key');
  });

  it('that change under their kid are forgotten, too', async () => {
    const token = tokenOf(old, 'key');
    publish({ key: old });
    expect(await test.outcome(token)).toBe('ann');
    publish({ key: young });
    await test.clock.advance(10 * minute);
    expect(await test.outcome(token)).toBe('signature');
  });

  it('leave verified tokens alone when others are added', async () => {
    const token = tokenOf(old, 'old');
    await test.outcome(token);
    publish({ old, young });
    await test.clock.advance(31 * second);
    expect(await test.outcome(tokenOf(young, 'young'))).toBe('ann');
    expect(await test.outcome(token)).toBe('ann');
    expect(test.counters).toMatchObject({ verified: 2, cacheHits: 1 });
  });

  it('are used for an hour more while the issuer fails, and no longer', async () => {
    const token = tokenOf(old, 'old');
    await test.outcome(token);
    server.behave = behaviours.answer(500);
    await test.clock.advance(10 * minute);
    for (let minutes = 0; minutes < 60; minutes += 1) {
      expect(await test.outcome(tokenOf(old, 'old'))).toBe('ann');
      expect(await test.outcome(token)).toBe('ann');
      expect(await test.outcome(tokenOf(young, 'young'))).toBe('keys-unavailable');
      await test.clock.advance(minute);
    }
    expect(await test.outcome(tokenOf(old, 'old'))).toBe('keys-unavailable');
    expect(await test.outcome(token)).toBe('keys-unavailable');
    publish({ old });
    await test.clock.advance(30 * second);
    expect(await test.outcome(token)).toBe('ann');
  });

  it('are asked for once a second, and after five failures once in 30 s', async () => {
    server.behave = behaviours.answer(503);
    for (let seconds = 0; seconds < 34; seconds += 1) {
      for (let times = 0; times < 3; times += 1) expect(await test.outcome(tokenOf(old, 'old'))).toBe('keys-unavailable');
      await test.clock.advance(second);
    }
    expect(server.requests).toHaveLength(5);
    expect(test.counters).toMatchObject({ keyFetches: 5, keyFetchFailures: 5, openBreakers: 1 });
    await test.clock.advance(second);
    publish({ old });
    expect(await test.outcome(tokenOf(old, 'old'))).toBe('ann');
    expect(server.requests).toHaveLength(6);
    expect(test.counters).toMatchObject({ openBreakers: 0 });
  });

  it.each([
    ['answers 404', behaviours.answer(404, '{"keys":[]}')],
    ['answers 204', behaviours.answer(204)],
    ['redirects', behaviours.redirectTo('/elsewhere')],
    ['resets the connection', behaviours.reset],
    ['answers nothing', behaviours.answer(200, '')],
    ['answers a page', behaviours.answer(200, '<html>')],
    ['answers null', behaviours.answer(200, 'null')],
    ['answers a list', behaviours.answer(200, '[]')],
    ['answers keys that are no list', behaviours.answer(200, '{"keys":{"length":1}}')],
    ['answers too many keys', behaviours.answer(200, JSON.stringify({ keys: Array.from({ length: 101 }, () => ({})) }))],
    ['answers without end', behaviours.answerWithoutEnd],
    ['answers more than 256 KB', behaviours.answer(200, JSON.stringify({ keys: [], pad: 'x'.repeat(300_000) }))],
  ])('cannot be had when the server %s', async (_what, behave) => {
    server.behave = behave;
    expect(await test.outcome(tokenOf(old, 'old'))).toBe('keys-unavailable');
    expect(server.requests).toHaveLength(1);
    expect(test.counters).toMatchObject({ keyFetchFailures: 1 });
    expect(test.log.lines).toContainEqual(expect.objectContaining({ level: 'warn', message: 'a key set could not be fetched' }));
  });

  it.each([
    ['never answers', behaviours.stall],
    ['never ends its answer', behaviours.stallAfterHeaders],
  ])('cannot be had when the server %s', async (_what, behave) => {
    const impatient = verifierOf({}, 50);
    server.behave = behave;
    expect(await impatient.outcome(tokenOf(old, 'old'))).toBe('keys-unavailable');
    server.behave = behaviours.answer(200, JSON.stringify({ keys: [jwkOf(old, 'old')] }));
    await impatient.clock.advance(second);
    expect(await impatient.outcome(tokenOf(old, 'old'))).toBe('ann');
  });

  it('are not fetched from a private address unless that is wanted', async () => {
    for (const host of ['127.0.0.1', 'localhost', '[::1]', '169.254.169.254', '10.0.0.1']) {
      const strict = verifierOf({ keys: { jwksUrl: `http://${host}:${server.port}/jwks.json` } });
      expect(await strict.outcome(tokenOf(old, 'old'))).toBe('keys-unavailable');
      expect(strict.log.lines.map(({ fields }) => fields.err)).toEqual([expect.any(TargetRefused)]);
    }
    expect(server.requests).toHaveLength(0);
  });

  it('are not waited for when the server stops', async () => {
    server.behave = behaviours.stall;
    const patient = verifierOf({}, 60_000);
    const outcome = patient.outcome(tokenOf(old, 'old'));
    await server.received(1);
    patient.verifier.close();
    expect(await outcome).toBe('keys-unavailable');
    await settled();
    expect(patient.counters).toMatchObject({ keyFetchFailures: 0, openBreakers: 0 });
    expect(await patient.outcome(tokenOf(old, 'old'))).toBe('keys-unavailable');
    expect(server.requests).toHaveLength(1);
  });
});
