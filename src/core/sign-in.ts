import { serverToUserChannel, userOf } from '../protocol/channel-name.ts';
import type { ClientMessage } from '../protocol/client-message.ts';
import { PusherError } from '../protocol/error.ts';
import { errorFrame, signinSuccess, watchlistEvents } from '../protocol/server-message.ts';
import { splitAuth, userText } from '../protocol/signature.ts';
import { parseUserData, type UserData } from '../protocol/user-data.ts';
import { usableKey } from './app.ts';
import type { Connection } from './connection.ts';
import type { Engine } from './engine.ts';
import { BrokerUnavailable, type ChannelCount } from './ports.ts';

type Request = Extract<ClientMessage, { type: 'signin' }>;
export type SigningIn = Pick<Engine, 'hub' | 'registry' | 'watchlists' | 'events' | 'log'>;

/** A connection becomes a user's (protocol clause 4). Throws a PusherError when it may not. */
export function signIn(engine: SigningIn & Pick<Engine, 'hmac'>, connection: Connection, request: Request): void | Promise<void> {
  checkSignature(engine, connection, request);
  const user = parseUserData(request.userData, connection.app.limits);
  if (typeof user === 'string') throw new PusherError('REFUSED', `Sign-in refused: ${user}`);
  checkSameUser(connection, user);
  if (connection.user === undefined) return becomeUser(engine, connection, user, signinSuccess(request.userData));
  connection.socket.send(signinSuccess(request.userData));
}

/** What follows the proof, whatever it was: the connection is the user's. `success` goes out before anything that concerns the user. */
export function becomeUser(engine: SigningIn, connection: Connection, user: UserData, success?: string): void | Promise<void> {
  const { app, socket, socketId } = connection;
  connection.user = user;
  connection.isAuthorized = true;
  joinOwnChannel(engine, connection, user, success);
  engine.events.emit({ type: 'signed_in', appId: app.id, socketId, userId: user.member.userId });
  if (!app.watchlist || user.watchlist.length === 0) return;
  if (user.watchlist.length > app.limits.watchlistUsers) {
    const fault = new PusherError('WATCHLIST_TOO_LONG', `Only the first ${app.limits.watchlistUsers} users of the watchlist are watched`);
    socket.send(errorFrame(fault.code, fault.message));
  }
  return watch(engine, connection, user.watchlist.slice(0, app.limits.watchlistUsers));
}

/** The user's own channel is what reaches all their connections; being in it is what makes the user online. */
function joinOwnChannel({ hub, registry }: Pick<Engine, 'hub' | 'registry'>, connection: Connection, user: UserData, success?: string): void {
  const subscription = hub.join(connection, serverToUserChannel(user.member.userId));
  hub.goLive(connection, subscription, success === undefined ? [] : [success]);
  registry.hold(subscription.channel, subscription.channel.subscriptions);
}

/** Registers first and reads second, so that nobody who comes in between is missed. */
async function watch({ registry, watchlists, log }: SigningIn, connection: Connection, userIds: readonly string[]): Promise<void> {
  const appId = connection.app.id;
  const users = userIds.map((userId) => ({ appId, channel: serverToUserChannel(userId) }));
  watchlists.add(connection, users);
  const counts = await readCounts();
  const online = users.filter((user, index) => {
    const count = counts[index];
    return count !== undefined && watchlists.read(connection, user, count.subscriptions > 0) && count.subscriptions > 0;
  });
  if (!connection.isOpen || online.length === 0) return;
  connection.socket.send(watchlistEvents([{ name: 'online', user_ids: online.map(({ channel }) => userOf(channel)) }]));

  /** The sign-in stands even when nobody's state can be read now: who is there is announced when the registry is back. */
  async function readCounts(): Promise<readonly ChannelCount[]> {
    try {
      return await Promise.all(users.map((user) => registry.count(user)));
    } catch (cause) {
      if (!(cause instanceof BrokerUnavailable)) log.error({ err: cause, appId }, 'a watchlist could not be read');
      return [];
    }
  }
}

/** Throws when somebody else has signed in. */
export function checkSameUser({ user: current }: Connection, { member }: UserData): void {
  if (current === undefined || current.member.userId === member.userId) return;
  throw new PusherError('REFUSED', 'Sign-in refused: the connection is already signed in as another user');
}

function checkSignature({ hmac }: Pick<Engine, 'hmac'>, { app, socketId }: Connection, { auth, userData }: Request): void {
  const { key, signature } = splitAuth(auth) ?? { key: '', signature: '' };
  const appKey = usableKey(app, key);
  if (appKey === undefined || !hmac.verify(appKey.secret, userText(socketId, userData), signature)) {
    throw new PusherError('UNAUTHORIZED', 'Sign-in refused: invalid signature');
  }
}
