import { createHmac } from 'node:crypto';
import { resolve } from 'node:path';

interface Verifier {
  verify(app: object, token: string): object;
}

interface VerifierModule {
  readonly JoseTokenVerifier: new (options: object) => Verifier;
}

interface CountersModule {
  createTokenCounters(): object;
}

const secret = 'a secret of at least thirty-two bytes';
const distinct = 500;
const rounds = 200;

/** What a token costs that was verified before, by its size, in microseconds: `node build/bench/token-cache.js` after a build of both. */
async function run(sources: string): Promise<void> {
  const { JoseTokenVerifier }: VerifierModule = await import(`${sources}/drivers/jose/token-verifier.js`);
  const { createTokenCounters }: CountersModule = await import(`${sources}/core/token-counters.js`);
  const clock = { now: () => Date.now(), monotonic: () => performance.now() };
  for (const padding of [0, 500, 2000, 5900]) {
    const verifier = new JoseTokenVerifier({ clock, counters: createTokenCounters(), log: console });
    const issued = Array.from({ length: distinct }, (_, index) => issue({ sub: `user ${index}`, pad: 'x'.repeat(padding) }));
    for (const token of issued) await verifier.verify(app, token);
    console.log(`${issued[0]?.length} bytes: ${(1000 * fastest(verifier, issued)).toFixed(2)} us`);
  }
}

/** Of many rounds the fastest one, per token: whatever else the machine does makes others slower. */
function fastest(verifier: Verifier, issued: readonly string[]): number {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round += 1) {
    // As they come from the wire: each a string that nobody has hashed.
    const arrived = issued.map((token) => Buffer.from(token).toString('latin1'));
    const startedAt = performance.now();
    for (const token of arrived) if (verifier.verify(app, token) instanceof Promise) throw new Error('the token was not remembered');
    least = Math.min(least, (performance.now() - startedAt) / distinct);
  }
  return least;
}

const jwt = {
  keys: { secret },
  algorithms: ['HS256'],
  issuers: [],
  audiences: [],
  toleranceSeconds: 0,
  maxLifetimeSeconds: 86_400,
  cookie: { name: 'token' },
  userInfo: {},
  capabilitiesClaim: 'capabilities',
  policies: { subscribe: [], publish: [] },
};
const app = { id: 'bench', jwt, limits: { userIdCharacters: 128, userInfoBytes: 1024 } };

function issue(claims: object): string {
  const payload = { exp: Math.floor(Date.now() / 1000) + 3600, ...claims };
  const signed = [{ alg: 'HS256' }, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

await run(resolve('dist'));
