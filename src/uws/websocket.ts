import type { HttpRequest, HttpResponse, us_socket_context_t, WebSocket, WebSocketBehavior } from 'uWebSockets.js';
import type { Handshake } from '../core/admit.ts';
import { close } from '../core/close.ts';
import type { Connection } from '../core/connection.ts';
import type { Engine } from '../core/engine.ts';
import { open, refuse } from '../core/open.ts';
import { receive, receiveBinary } from '../core/receive.ts';
import type { Arrival, Reception } from '../core/reception.ts';
import type { TrustedProxies } from '../core/remote-address.ts';
import { PusherError } from '../protocol/error.ts';
import type { UwsApp } from './app.ts';
import { readRemote, readTransport } from './arrival.ts';
import type { Generation } from './generation.ts';
import { UwsSocket } from './socket.ts';

/** What hangs on an upgraded socket. */
interface Session {
  /** Absent for a path that leads nowhere. */
  handshake: Handshake | undefined;
  readonly arrival: Arrival;
  socket: UwsSocket<SessionHolder> | undefined;
  /** Absent until the handshake was admitted. */
  connection: Connection | undefined;
  /** Calls off what waits for its turn. */
  leave: (() => void) | undefined;
  /** Whether it read too slowly. */
  isSlow: boolean;
}

/** The engine copies properties off the object it is given, so it gets one that holds ours. */
interface SessionHolder {
  readonly session: Session;
}

/** Above our own limit, so that ours can answer with a close code; the engine's only cuts. */
const engineSizeFactor = 4;
const messageTooBig = 1009;
const goneAway = 1006;

export interface WebSocketOptions {
  readonly engine: Engine;
  readonly reception: Reception;
  readonly proxies: TrustedProxies;
  /** In front of `/app`; requests that a proxy has stripped of it are served too. */
  readonly prefix: string;
  /** Whether this process itself does TLS. */
  readonly hasTls: boolean;
  readonly isDraining: () => boolean;
  /** A WebSocket, which was a TCP connection too, was closed. */
  readonly onClose: () => void;
}

type Target = Pick<Handshake, 'key' | 'protocol'>;

/** Routes WebSockets to the journeys. */
export function serveWebSockets(app: UwsApp, options: WebSocketOptions): void {
  app.serve((generation) => {
    for (const path of new Set(['', options.prefix])) {
      generation.routes.ws(
        `${path}/app/:key`,
        behavior(options, generation, (req) => ({ key: req.getParameter(0) ?? '', protocol: req.getQuery('protocol') })),
      );
    }
    generation.routes.ws(
      '/*',
      behavior(options, generation, () => undefined),
    );
  });
}

function behavior(
  options: WebSocketOptions,
  generation: Generation,
  readTarget: (req: HttpRequest) => Target | undefined,
): WebSocketBehavior<SessionHolder> {
  const { engine } = options;
  const { limits } = engine;
  const hear = (ws: WebSocket<SessionHolder>) => {
    const { connection } = ws.getUserData().session;
    if (connection !== undefined) engine.heartbeat.hear(connection);
  };
  return {
    maxPayloadLength: engineSizeFactor * limits.webSocketMessageBytes,
    maxBackpressure: limits.backpressureBytes,
    closeOnBackpressureLimit: true,
    idleTimeout: 0, // the heartbeat's work
    sendPingsAutomatically: false,
    upgrade: (res, req, context) => upgrade(options, res, req, context, readTarget(req)),
    open: (ws) => openSession(options, ws, generation),
    message: (ws, message, isBinary) => readMessage(engine, ws.getUserData().session, message, isBinary),
    pong: hear,
    ping: hear,
    dropped: (ws) => {
      ws.getUserData().session.isSlow = true; // the engine closes it, and allows nothing else in here
    },
    close: (ws, code) => closeSession(options, ws.getUserData().session, code),
  };
}

/** Nearly every handshake is upgraded: browsers hide the status of a refused one, and clients would retry for ever (protocol clause 1.1). */
function upgrade(
  { proxies, reception, hasTls, isDraining }: WebSocketOptions,
  res: HttpResponse,
  req: HttpRequest,
  context: us_socket_context_t,
  target: Target | undefined,
): void {
  const remote = readRemote(res, req, proxies);
  const arrival = isDraining() ? undefined : reception.decide(remote.limitedAs);
  if (arrival === undefined) return refuseUpgrade(res);
  const origin = req.getHeader('origin') || undefined;
  const handshake = target && { ...target, origin, transport: readTransport(req, hasTls, remote) };
  const session: Session = { handshake, arrival, socket: undefined, connection: undefined, leave: undefined, isSlow: false };
  const protocol = req.getHeader('sec-websocket-protocol').split(',', 1)[0] ?? ''; // browsers insist on one of those they offered
  res.upgrade({ session }, req.getHeader('sec-websocket-key'), protocol.trim(), '', context);
}

/** The one refusal with a status: a close code at the handshake would bring clients back at once, again and again. */
function refuseUpgrade(res: HttpResponse): void {
  res.writeStatus('503 Service Unavailable').end('', true);
}

function openSession({ engine, reception }: WebSocketOptions, ws: WebSocket<SessionHolder>, generation: Generation): void {
  const { session } = ws.getUserData();
  const socket = new UwsSocket(ws, generation);
  session.socket = socket;
  const { handshake } = session;
  const fault = (reason: 'UNKNOWN_PATH' | 'OVER_CAPACITY') => refuse(engine, socket, handshake?.key ?? '', new PusherError(reason));
  session.leave = reception.receive(session.arrival, {
    open: () => (handshake === undefined ? fault('UNKNOWN_PATH') : openConnection(engine, session, socket, handshake)),
    refuse: () => fault('OVER_CAPACITY'),
  });
}

function openConnection(engine: Engine, session: Session, socket: UwsSocket<SessionHolder>, handshake: Handshake): void {
  open(engine, socket, handshake, () => socket.isGone).then(
    (connection) => {
      session.connection = connection;
      session.leave = undefined;
      session.handshake = undefined;
      session.handshake = undefined; // sockets live long
      if (connection !== undefined && socket.isGone) close(engine, connection, goneAway);
    },
    (fault: unknown) => engine.log.error({ err: fault }, 'a connection could not be opened'),
  );
}

/** Frames before `connection_established` cannot mean anything and are dropped. */
function readMessage(engine: Engine, { connection, socket }: Session, message: ArrayBuffer, isBinary: boolean): void {
  if (connection === undefined) return;
  if (message.byteLength > engine.limits.webSocketMessageBytes) {
    socket?.end(messageTooBig, `Messages have at most ${engine.limits.webSocketMessageBytes} bytes`);
  } else if (isBinary) receiveBinary(engine, connection);
  else receive(engine, connection, Buffer.from(message).toString());
}

function closeSession({ engine, reception, onClose }: WebSocketOptions, session: Session, code: number): void {
  const { connection, arrival, socket } = session;
  if (session.isSlow || socket?.isCut) reportSlow(engine, session);
  socket?.forget();
  session.leave?.();
  reception.depart(arrival);
  onClose();
  if (connection !== undefined) close(engine, connection, code);
}

/** One line per reader, so that an operator can tell a slow network from a server that is too small. */
function reportSlow({ counters, log }: Engine, { connection, isSlow }: Session): void {
  const fields = { appId: connection?.app.id, socketId: connection?.socketId };
  if (isSlow) {
    counters.slowReaders += 1;
    log.warn(fields, 'closed a slow reader');
  } else {
    counters.unsentBytes += 1;
    log.warn(fields, 'closed a reader: too many bytes are unsent');
  }
}
