import { errors, type PusherError } from '../protocol/error.ts';
import { connectionEstablished, errorFrame } from '../protocol/server-message.ts';
import { createSocketId } from '../protocol/socket-id.ts';
import { admit, type Handshake } from './admit.ts';
import { Connection } from './connection.ts';
import type { Engine } from './engine.ts';
import type { Socket } from './ports.ts';

const tlsOnlyCode = errors.TLS_ONLY[0];

type Opening = Pick<Engine, 'apps' | 'quota' | 'counters' | 'log' | 'holding' | 'hub' | 'heartbeat' | 'events'>;

/**
 * From an upgraded socket to a connection, or to a refusal that the client can read (protocol clauses 1.2, 1.4). `isGone` tells whether the
 * peer left while the decision was under way.
 */
export async function open(engine: Opening, socket: Socket, handshake: Handshake, isGone: () => boolean): Promise<Connection | undefined> {
  const app = await admit(engine, handshake);
  if (app instanceof Error) {
    // Clients that have TLS already come back at once, again and again, when they are told that they need it.
    const shallWait = app.code === tlsOnlyCode && handshake.transport === 'claimed' && !engine.holding.isFull;
    if (shallWait) engine.holding.hold(() => refuse(engine, socket, handshake.key, app));
    else if (!isGone()) refuse(engine, socket, handshake.key, app);
    return undefined;
  }
  if (isGone()) {
    engine.quota.release(app.id);
    return undefined;
  }
  const connection = new Connection(app, socket, createSocketId(), engine.heartbeat.now);
  engine.hub.add(connection);
  engine.heartbeat.add(connection);
  socket.send(connectionEstablished(connection.socketId, app.limits.activityTimeoutSeconds));
  engine.events.emit({ type: 'connected', appId: app.id, socketId: connection.socketId });
  return connection;
}

/** Both a frame and a close code: old clients only read the first, browsers' own WebSocket only tells the second. */
export function refuse({ events }: Pick<Engine, 'events'>, socket: Socket, key: string, fault: PusherError): void {
  const code = fault.code ?? 4000;
  events.emit({ type: 'connection_refused', key, code, reason: fault.message });
  socket.send(errorFrame(code, fault.message));
  socket.end(code, fault.message);
}
