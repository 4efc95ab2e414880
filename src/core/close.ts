import type { PusherError } from '../protocol/error.ts';
import { errorFrame } from '../protocol/server-message.ts';
import type { Connection } from './connection.ts';
import type { Engine } from './engine.ts';
import { leaveChannel } from './unsubscribe.ts';

type Closing = Pick<Engine, 'hub' | 'registry' | 'quota' | 'heartbeat' | 'tokenLife' | 'watchlists' | 'pace' | 'events'>;

/** What a closed socket leaves behind is cleared away, in one tick. The socket can no longer be used. */
export function close(engine: Closing, connection: Connection, code: number): void {
  if (!connection.isOpen) return;
  connection.isOpen = false;
  engine.heartbeat.remove(connection);
  if (connection.identity !== undefined) engine.tokenLife.remove(connection);
  engine.hub.remove(connection);
  engine.watchlists.remove(connection);
  engine.pace.forget(connection);
  connection.condemned?.();
  for (const subscription of connection.subscriptions.all()) leaveChannel(engine, connection, subscription);
  engine.quota.release(connection.app.id);
  engine.events.emit({ type: 'disconnected', appId: connection.app.id, socketId: connection.socketId, code });
}

/** Tells the client why and closes its socket with the fault's code. */
export function end(connection: Connection, fault: PusherError): void {
  if (!connection.isOpen || fault.code === null) return;
  connection.socket.send(errorFrame(fault.code, fault.message));
  connection.socket.end(fault.code, fault.message);
}

/** Closes the connection after a while in which nothing more is heard of it: who is closed at once is back at once. */
export function condemn({ holding }: Pick<Engine, 'holding'>, connection: Connection, fault: PusherError): void {
  connection.condemned ??= holding.hold(() => end(connection, fault));
}
