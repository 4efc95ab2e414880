import type { App } from '../core/app.ts';
import { type Identity, isFault, type TokenFault } from '../core/identity.ts';
import type { JwtSettings } from '../core/jwt-settings.ts';
import { createTokenCounters, type TokenCounters } from '../core/token-counters.ts';
import { JoseTokenVerifier } from '../drivers/jose/token-verifier.ts';
import type { AppLimits } from '../protocol/limits.ts';
import { FakeClock } from './fake-clock.ts';
import { jwtSettings } from './fake-tokens.ts';
import { createRecordedLog } from './recorded-log.ts';
import { testApp } from './test-app.ts';

/** The real verifier for one app, in a time that is the test's. */
export class TestVerifier {
  readonly clock = new FakeClock();
  readonly counters: TokenCounters = createTokenCounters();
  readonly log = createRecordedLog();
  readonly verifier: JoseTokenVerifier;
  readonly app: App;

  constructor(
    jwt: Partial<JwtSettings>,
    options: { readonly limits?: Partial<AppLimits>; readonly cached?: number; readonly timeout?: number } = {},
  ) {
    const { limits = {}, cached = 100, timeout = 1000 } = options;
    this.app = testApp({ jwt: jwtSettings(jwt), limits });
    const { clock, counters, log } = this;
    this.verifier = new JoseTokenVerifier({ clock, counters, log, maxCachedTokens: cached, fetchTimeoutMilliseconds: timeout });
  }

  /** Seconds since the epoch, as claims have them. */
  get now(): number {
    return this.clock.now() / 1000;
  }

  /** Claims of a token that is accepted, with some others on top. */
  claims(others: object = {}): object {
    return { sub: 'ann', exp: this.now + 600, ...others };
  }

  async verify(token: string): Promise<Identity | TokenFault> {
    return this.verifier.verify(this.app, token);
  }

  /** The id of the user whom the token stands for, or the reason why it stands for nobody. */
  async outcome(token: string): Promise<string> {
    const result = await this.verify(token);
    return isFault(result) ? result.reason : result.user.member.userId;
  }
}
