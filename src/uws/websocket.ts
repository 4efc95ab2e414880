import type { HttpRequest, HttpResponse, us_socket_context_t, WebSocket, WebSocketBehavior } from 'uWebSockets.js';
import type { Handshake } from '../core/admit.ts';
import { close } from '../core/close.ts';
import type { Connection } from '../core/connection.ts';
import type { Engine } from '../core/engine.ts';
import { open, refuse } from '../core/open.ts';
import { receive, receiveBinary } from '../core/receive.ts';
import { PusherError } from '../protocol/error.ts';
import type { UwsApp } from './app.ts';
import { UwsSocket } from './socket.ts';

/** What hangs on an upgraded socket. */
interface Session {
  /** Absent for a path that leads nowhere. */
  readonly handshake: Handshake | undefined;
  socket: UwsSocket<SessionHolder> | undefined;
  /** Absent until the handshake was admitted. */
  connection: Connection | undefined;
}

/** The engine copies properties off the object it is given, so it gets one that holds ours. */
interface SessionHolder {
  readonly session: Session;
}

/** Above our own limit, so that ours can answer with a close code; the engine's only cuts. */
const engineSizeFactor = 4;
const messageTooBig = 1009;

export interface WebSocketOptions {
  readonly engine: Engine;
  /** In front of `/app`; requests that a proxy has stripped of it are served too. */
  readonly prefix: string;
  readonly isDraining: () => boolean;
}

/** Routes WebSockets to the journeys. */
export function serveWebSockets({ routes }: UwsApp, options: WebSocketOptions): void {
  for (const path of new Set(['', options.prefix])) {
    routes.ws(
      `${path}/app/:key`,
      behavior(options, (req) => ({ key: req.getParameter(0) ?? '', protocol: req.getQuery('protocol') })),
    );
  }
  routes.ws(
    '/*',
    behavior(options, () => undefined),
  );
}

function behavior(
  { engine, isDraining }: WebSocketOptions,
  readHandshake: (req: HttpRequest) => Handshake | undefined,
): WebSocketBehavior<SessionHolder> {
  const { limits } = engine;
  return {
    maxPayloadLength: engineSizeFactor * limits.webSocketMessageBytes,
    maxBackpressure: limits.backpressureBytes,
    closeOnBackpressureLimit: true,
    idleTimeout: 0, // the heartbeat's work
    sendPingsAutomatically: false,
    upgrade: (res, req, context) => (isDraining() ? refuseUpgrade(res) : upgrade(res, req, context, readHandshake(req))),
    open: (ws) => openSession(engine, ws),
    message: (ws, message, isBinary) => readMessage(engine, ws.getUserData().session, message, isBinary),
    pong: (ws) => {
      const { connection } = ws.getUserData().session;
      if (connection !== undefined) engine.heartbeat.hear(connection);
    },
    ping: (ws) => {
      const { connection } = ws.getUserData().session;
      if (connection !== undefined) engine.heartbeat.hear(connection);
    },
    close: (ws, code) => closeSession(engine, ws.getUserData().session, code),
  };
}

/** Every handshake is upgraded: browsers hide the status of a refused one, and clients would retry for ever (protocol clause 1.1). */
function upgrade(res: HttpResponse, req: HttpRequest, context: us_socket_context_t, handshake: Handshake | undefined): void {
  const holder: SessionHolder = { session: { handshake, socket: undefined, connection: undefined } };
  const protocol = req.getHeader('sec-websocket-protocol').split(',', 1)[0] ?? ''; // browsers insist on one of those they offered
  res.upgrade(holder, req.getHeader('sec-websocket-key'), protocol.trim(), '', context);
}

/** The one refusal with a status: a close code at the handshake would bring clients back at once, again and again. */
function refuseUpgrade(res: HttpResponse): void {
  res.writeStatus('503 Service Unavailable').end('', true);
}

function openSession(engine: Engine, ws: WebSocket<SessionHolder>): void {
  const { session } = ws.getUserData();
  const socket = new UwsSocket(ws);
  session.socket = socket;
  if (session.handshake === undefined) return refuse(engine, socket, '', new PusherError('UNKNOWN_PATH'));
  open(engine, socket, session.handshake, () => socket.isGone).then(
    (connection) => {
      session.connection = connection;
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

function closeSession(engine: Engine, session: Session, code: number): void {
  session.socket?.forget();
  if (session.connection !== undefined) close(engine, session.connection, code);
}
