import type { App } from './app.ts';
import type { Engine } from './engine.ts';
import { type Identity, isFault, type TokenFault } from './identity.ts';

type Authenticating = Pick<Engine, 'tokens' | 'revoked'>;

const revoked: TokenFault = { reason: 'revoked', message: 'The token was revoked' };

/**
 * Whom a token stands for: whatever takes a token asks here, because a verifier knows nothing of revocations. Answers at once for a token that
 * was verified before. Never throws or rejects.
 */
export function authenticateToken(engine: Authenticating, app: App, token: string): Identity | TokenFault | Promise<Identity | TokenFault> {
  const verified = engine.tokens.verify(app, token);
  return verified instanceof Promise ? verified.then((result) => unlessRevoked(engine, app, result)) : unlessRevoked(engine, app, verified);
}

/** A result as it is now: what was verified may have been revoked before anybody came to use it. */
export function unlessRevoked(engine: Pick<Engine, 'revoked'>, app: App, result: Identity | TokenFault): Identity | TokenFault {
  return !isFault(result) && engine.revoked.has(app.id, result) ? revoked : result;
}
