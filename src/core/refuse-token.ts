import { errors, PusherError } from '../protocol/error.ts';
import type { App } from './app.ts';
import type { Engine } from './engine.ts';
import type { TokenFault } from './identity.ts';

/**
 * What a client is told whose token is not accepted: it gives up for good (4009). Only where nothing is known about the token, because no keys can be
 * had, it shall come back (4100).
 */
export function refuseToken({ events }: Pick<Engine, 'events'>, { id: appId }: App, { reason, message }: TokenFault): PusherError {
  events.emit({ type: 'token_refused', appId, reason });
  const fault = reason === 'keys-unavailable' ? 'KEYS_UNAVAILABLE' : 'TOKEN_REFUSED';
  return new PusherError(fault, fault === 'TOKEN_REFUSED' ? `${errors.TOKEN_REFUSED[1]}: ${message}` : undefined);
}
