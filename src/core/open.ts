import { PusherError } from '../protocol/error.ts';
import { connectionEstablished, errorFrame } from '../protocol/server-message.ts';
import { createSocketId } from '../protocol/socket-id.ts';
import { type Admitted, admit, type Handshake } from './admit.ts';
import { AwaitedToken } from './awaited-token.ts';
import { Connection } from './connection.ts';
import type { Engine } from './engine.ts';
import type { Socket } from './ports.ts';
import { adoptToken } from './present-token.ts';

type Admitting = Parameters<typeof admit>[0];
type Adopting = Parameters<typeof adoptToken>[0];
type Opening = Admitting & Adopting & Pick<Engine, 'holding' | 'heartbeat' | 'traffic'>;

/**
 * From an upgraded socket to a connection, or to a refusal that the client can read (protocol clauses 1.2, 1.4). `isGone` tells whether the
 * peer left while the decision was under way.
 */
export async function open(engine: Opening, socket: Socket, handshake: Handshake, isGone: () => boolean): Promise<Connection | undefined> {
  const admitted = await admit(engine, handshake);
  if (admitted instanceof Error) {
    if (returnsAtOnce(admitted, handshake) && !engine.holding.isFull) engine.holding.hold(() => refuse(engine, socket, handshake.key, admitted));
    else if (!isGone()) refuse(engine, socket, handshake.key, admitted);
    return undefined;
  }
  const { app, identity } = admitted;
  const isRevoked = identity !== undefined && engine.revoked.has(app.id, identity); // meanwhile: it was asked before the quota was
  if (!isRevoked && !isGone()) return establish(engine, socket, admitted);
  engine.quota.release(app.id);
  if (!isGone()) refuse(engine, socket, handshake.key, new PusherError('TOKEN_REVOKED'));
  return undefined;
}

function establish(engine: Opening, socket: Socket, { app, identity, awaitsToken }: Admitted): Connection {
  const connection = new Connection(app, socket, createSocketId(), engine.heartbeat.now);
  if (awaitsToken) connection.awaited = new AwaitedToken(app.jwt?.signinTimeoutSeconds ?? 0);
  engine.hub.add(connection);
  engine.heartbeat.add(connection);
  const established = connectionEstablished(connection.socketId, app.limits.activityTimeoutSeconds);
  engine.traffic.sent(app.id, 1, Buffer.byteLength(established));
  socket.send(established);
  engine.events.emit({ type: 'connected', appId: app.id, socketId: connection.socketId });
  // The client is not told of its sign-in: stock clients fall over an answer that they did not ask for.
  const watching = identity && adoptToken(engine, connection, identity);
  watching?.catch((fault: unknown) => engine.log.error({ err: fault, appId: app.id }, 'a watchlist could not be told'));
  return connection;
}

/** Clients that have TLS come back at once, again and again, when they are told that they need it; those whose token nobody can verify, every second. */
function returnsAtOnce({ reason }: PusherError, { transport }: Handshake): boolean {
  return reason === 'KEYS_UNAVAILABLE' || (reason === 'TLS_ONLY' && transport === 'claimed');
}

/** Both a frame and a close code: old clients only read the first, browsers' own WebSocket only tells the second. */
export function refuse({ events }: Pick<Engine, 'events'>, socket: Socket, key: string, fault: PusherError): void {
  const code = fault.code ?? 4000;
  events.emit({ type: 'connection_refused', key, kind: fault.reason, code, reason: fault.message });
  socket.send(errorFrame(code, fault.message));
  socket.end(code, fault.message);
}
