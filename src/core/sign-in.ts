import { serverToUserChannel, userOf } from '../protocol/channel-name.ts';
import type { ClientMessage } from '../protocol/client-message.ts';
import { PusherError } from '../protocol/error.ts';
import { errorFrame, signinSuccess, watchlistEvents } from '../protocol/server-message.ts';
import { matches, signUser, splitAuth } from '../protocol/signature.ts';
import { parseUserData, type UserData } from '../protocol/user-data.ts';
import { usableKey } from './app.ts';
import type { Connection } from './connection.ts';
import type { Engine } from './engine.ts';
import type { ChannelCount } from './ports.ts';

type Request = Extract<ClientMessage, { type: 'signin' }>;
type SigningIn = Pick<Engine, 'hub' | 'registry' | 'watchlists' | 'events' | 'log'>;

/** A connection becomes a user's (protocol clause 4). Throws a PusherError when it may not. */
export function signIn(engine: SigningIn, connection: Connection, request: Request): void | Promise<void> {
  const { app, socket, socketId } = connection;
  checkSignature(connection, request);
  const user = parseUserData(request.userData, app.limits);
  if (typeof user === 'string') throw new PusherError('REFUSED', `Sign-in refused: ${user}`);
  if (connection.user !== undefined) return repeat(connection, user, request.userData);
  connection.user = user;
  connection.isAuthorized = true;
  joinOwnChannel(engine, connection, user, signinSuccess(request.userData));
  engine.events.emit({ type: 'signed_in', appId: app.id, socketId, userId: user.member.userId });
  if (!app.watchlist || user.watchlist.length === 0) return;
  if (user.watchlist.length > app.limits.watchlistUsers) {
    const fault = new PusherError('WATCHLIST_TOO_LONG', `Only the first ${app.limits.watchlistUsers} users of the watchlist are watched`);
    socket.send(errorFrame(fault.code, fault.message));
  }
  return watch(engine, connection, user.watchlist.slice(0, app.limits.watchlistUsers));
}

/** The user's own channel is what reaches all their connections; being in it is what makes the user online. */
function joinOwnChannel({ hub, registry }: Pick<Engine, 'hub' | 'registry'>, connection: Connection, user: UserData, success: string): void {
  const subscription = hub.join(connection, serverToUserChannel(user.member.userId));
  hub.goLive(connection, subscription, [success]);
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

  /** The sign-in stands even when nobody's state can be read now: those who come and go later are told all the same. */
  async function readCounts(): Promise<readonly ChannelCount[]> {
    try {
      return await Promise.all(users.map((user) => registry.count(user)));
    } catch (cause) {
      log.error({ err: cause, appId }, 'a watchlist could not be read');
      return [];
    }
  }
}

function repeat(connection: Connection, user: UserData, userData: string): void {
  const current = connection.user?.member.userId;
  if (current !== user.member.userId) throw new PusherError('REFUSED', 'Sign-in refused: the connection is already signed in as another user');
  connection.socket.send(signinSuccess(userData));
}

function checkSignature({ app, socketId }: Connection, { auth, userData }: Request): void {
  const { key, signature } = splitAuth(auth) ?? { key: '', signature: '' };
  const appKey = usableKey(app, key);
  if (appKey === undefined || !matches(signUser(appKey.secret, socketId, userData), signature)) {
    throw new PusherError('UNAUTHORIZED', 'Sign-in refused: invalid signature');
  }
}
