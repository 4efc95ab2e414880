import type { TokenMessage } from '../protocol/client-message.ts';
import { PusherError } from '../protocol/error.ts';
import { signinSuccess, tokenRefreshed, userDataOf } from '../protocol/server-message.ts';
import { authenticateToken, unlessRevoked } from './authenticate-token.ts';
import { AwaitedToken } from './awaited-token.ts';
import { condemn } from './close.ts';
import type { Connection } from './connection.ts';
import type { Engine } from './engine.ts';
import { type Identity, isFault, type TokenFault } from './identity.ts';
import { refuseToken } from './refuse-token.ts';
import { becomeUser, checkSameUser, type SigningIn } from './sign-in.ts';

type Accepted = (held: readonly string[]) => void;
type Presenting = SigningIn & Pick<Engine, 'tokens' | 'revoked' | 'tokenLife' | 'holding' | 'rates' | 'counters'>;

/**
 * A client brings its token by message, the first or the next one; `accepted` is called in the tick in which it is the connection's, with what came
 * behind it. Throws a PusherError otherwise: a connection that has a token lives on with that one, any other is ended.
 */
export function presentToken(engine: Presenting, connection: Connection, message: TokenMessage, accepted: Accepted): void | Promise<void> {
  if (!takesToken(connection)) throw new PusherError('REFUSED', 'This connection takes no token by message');
  takeRate(engine, connection);
  const result = authenticateToken(engine, connection.app, message.token);
  const settle = (known: Identity | TokenFault) => receiveResult(engine, connection, message, unlessRevoked(engine, connection.app, known), accepted);
  if (!(result instanceof Promise)) return settle(result);
  engine.tokenLife.excuse(connection, true);
  // Stock clients subscribe right behind it, and what is refused then they never ask for again.
  if (connection.user === undefined) connection.awaited ??= new AwaitedToken(Number.POSITIVE_INFINITY, true);
  return result.then(settle);
}

/** The connection is the token's user's, and lives as long as the token. `success` goes out before anything that concerns the user. */
export function adoptToken(
  engine: SigningIn & Pick<Engine, 'tokenLife'>,
  connection: Connection,
  identity: Identity,
  success?: string,
): void | Promise<void> {
  engine.tokenLife.hold(connection, identity);
  if (connection.user === undefined) return becomeUser(engine, connection, identity.user, success);
  if (success !== undefined) connection.socket.send(success);
}

/** Who has a token may renew it, wherever the first one came from. */
function takesToken({ app: { jwt }, identity }: Connection): boolean {
  return jwt !== undefined && jwt.mode !== 'off' && (identity !== undefined || jwt.sources.includes('message'));
}

/** Tokens count as the user's requests for authorisation, from all their connections: one that is not valid costs most. */
function takeRate({ rates, counters }: Presenting, { app, user }: Connection): void {
  if (user === undefined || rates.take(`${app.id}/auth/${user.member.userId}`, app.limits.authRequestsPerSecondPerUser) === 0) return;
  counters.userAuthRequests += 1;
  throw new PusherError('MESSAGE_RATE', 'Message rejected: too many tokens of the user');
}

function receiveResult(
  engine: Presenting,
  connection: Connection,
  { isSignin }: TokenMessage,
  result: Identity | TokenFault,
  accepted: Accepted,
): void | Promise<void> {
  if (!connection.isOpen || connection.condemned !== undefined) return;
  if (isFault(result)) return refuse(engine, connection, result);
  checkSameUser(connection, result.user);
  const held = connection.awaited?.release() ?? [];
  connection.awaited = undefined;
  const success = isSignin ? signinSuccess(userDataOf(result.user.member)) : tokenRefreshed(Math.floor(result.expiresAt / 1000));
  const watching = adoptToken(engine, connection, result, success);
  accepted(held);
  return watching;
}

function refuse(engine: Presenting, connection: Connection, fault: TokenFault): void {
  const error = refuseToken(engine, connection.app, fault);
  const isKeyless = fault.reason === 'keys-unavailable';
  if (connection.identity !== undefined) {
    engine.tokenLife.excuse(connection, isKeyless);
    throw new PusherError('REFUSED', error.message);
  }
  // Not at once: it would be back within a second, and the keys are not.
  if (!isKeyless || engine.holding.isFull) throw error;
  condemn(engine, connection, error);
}
