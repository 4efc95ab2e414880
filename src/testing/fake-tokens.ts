import type { App } from '../core/app.ts';
import type { ChannelAction, Identity, TokenFault, TokenVerifier } from '../core/identity.ts';
import type { JwtSettings } from '../core/jwt-settings.ts';
import { settled } from './fake-clock.ts';

type Result = Identity | TokenFault;

/** A verifier that accepts what a test has issued, by name. */
export class FakeTokens implements TokenVerifier {
  /** What is known at once. */
  readonly known = new Map<string, Result>();
  /** What is known later. */
  readonly pending = new Map<string, Promise<Result>>();

  verify(_app: App, token: string): Result | Promise<Result> {
    return this.known.get(token) ?? this.pending.get(token) ?? { reason: 'signature', message: 'The signature is wrong' };
  }

  /** A token whose verification takes its time: until the function that is returned is called with the result. */
  slow(token: string): (result: Result) => Promise<void> {
    let answer: (result: Result) => void = () => {};
    this.pending.set(
      token,
      new Promise((resolve) => {
        answer = resolve;
      }),
    );
    return async (result) => {
      answer(result);
      await settled();
    };
  }

  close(): void {}
}

/** An identity that may do everything, issued at the start of a test's time for an hour. */
export function identity(userId: string, overrides: Partial<Identity> = {}): Identity {
  return {
    tokenId: undefined,
    user: { member: { userId, userInfo: '{"from":"token"}' }, watchlist: [] },
    issuedAt: 1_700_000_000_000,
    expiresAt: 1_700_003_600_000,
    allows: () => true,
    ...overrides,
  };
}

/** For `allows`: exactly these channels. */
export function only(allowed: Partial<Record<ChannelAction, readonly string[]>>): Identity['allows'] {
  return (action, channel) => allowed[action]?.includes(channel) ?? false;
}

/** Settings of an app that takes tokens from everywhere, where a test does not say otherwise. */
export function jwtSettings(overrides: Partial<JwtSettings> = {}): JwtSettings {
  return {
    mode: 'optional',
    keys: { secret: 'a secret of at least thirty-two bytes' },
    algorithms: ['HS256'],
    issuers: [],
    audiences: [],
    toleranceSeconds: 0,
    maxLifetimeSeconds: 86_400,
    sources: ['header', 'cookie', 'protocol', 'query', 'ticket', 'message'],
    cookie: { name: '__Host-clarion' },
    signinTimeoutSeconds: 5,
    graceSeconds: 10,
    ticketSeconds: 60,
    sessionSeconds: 3600,
    userInfo: {},
    capabilitiesClaim: 'clarion',
    policies: { subscribe: [], publish: [] },
    ...overrides,
  };
}
