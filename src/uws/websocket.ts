import type { HttpRequest, HttpResponse, us_socket_context_t, WebSocket, WebSocketBehavior } from 'uWebSockets.js';
import type { Handshake } from '../core/admit.ts';
import { close } from '../core/close.ts';
import type { Connection } from '../core/connection.ts';
import { bearerProtocol } from '../core/credentials.ts';
import type { Engine } from '../core/engine.ts';
import type { TokenSource } from '../core/jwt-settings.ts';
import { open, refuse } from '../core/open.ts';
import { receive, receiveBinary } from '../core/receive.ts';
import type { Arrival, Reception } from '../core/reception.ts';
import type { TrustedProxies } from '../core/remote-address.ts';
import { ticketPathPrefix } from '../core/ticket.ts';
import { PusherError } from '../protocol/error.ts';
import type { UwsApp } from './app.ts';
import { readCredentials, readRemote, readTransport } from './arrival.ts';
import { type EngineCut, readEngineCut } from './engine-cut.ts';
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
  /** Where a handshake may carry a token; nothing else is read of it. */
  readonly tokenSources: ReadonlySet<TokenSource>;
  readonly isDraining: () => boolean;
  /** A WebSocket, which was a TCP connection too, was closed. */
  readonly onClose: () => void;
}

interface Target extends Pick<Handshake, 'key' | 'protocol'> {
  readonly ticket: string;
}

/** Reads what the path asks for; `undefined` for one that leads nowhere. */
type ReadTarget = (req: HttpRequest) => Target | undefined;

/** Routes WebSockets to the journeys. */
export function serveWebSockets(app: UwsApp, options: WebSocketOptions): void {
  app.serve((generation) => {
    const serve = (path: string, readTarget: ReadTarget) => generation.routes.ws(path, behavior(options, generation, readTarget));
    for (const path of new Set(['', options.prefix])) {
      serve(`${path}/app/:key`, (req) => targetOf(req, req.getParameter(0)));
      if (options.tokenSources.has('ticket')) {
        serve(`${path}${ticketPathPrefix}:ticket/app/:key`, (req) => targetOf(req, req.getParameter(1), req.getParameter(0)));
      }
    }
    serve('/*', () => undefined);
  });
}

function targetOf(req: HttpRequest, key = '', ticket = ''): Target {
  return { key, protocol: req.getQuery('protocol'), ticket };
}

function behavior(options: WebSocketOptions, generation: Generation, readTarget: ReadTarget): WebSocketBehavior<SessionHolder> {
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
    close: (ws, code, message) => {
      const { session } = ws.getUserData();
      const cut = readEngineCut(code, message);
      if (cut !== undefined) reportCut(engine, session, cut);
      closeSession(options, session, cut?.code ?? code);
    },
  };
}

/** Nearly every handshake is upgraded: browsers hide the status of a refused one, and clients would retry for ever (protocol clause 1.1). */
function upgrade(
  { engine, proxies, reception, hasTls, isDraining, tokenSources }: WebSocketOptions,
  res: HttpResponse,
  req: HttpRequest,
  context: us_socket_context_t,
  target: Target | undefined,
): void {
  const remote = readRemote(res, req, proxies);
  const arrival = isDraining() ? undefined : reception.decide(remote.limitedAs);
  if (arrival === undefined) return refuseUpgrade(engine, res, isDraining());
  const origin = req.getHeader('origin') || undefined;
  const credentials = tokenSources.size === 0 ? undefined : readCredentials(req, tokenSources, target?.ticket ?? '');
  const handshake = target && { key: target.key, protocol: target.protocol, origin, transport: readTransport(req, hasTls, remote), credentials };
  const session: Session = { handshake, arrival, socket: undefined, connection: undefined, leave: undefined, isSlow: false };
  res.upgrade({ session }, req.getHeader('sec-websocket-key'), chooseProtocol(req.getHeader('sec-websocket-protocol')), '', context);
}

/** Browsers insist on one of those they offered. Beside `bearer` the others are tokens, which shall not go back through everybody's logs. */
function chooseProtocol(offered: string): string {
  if (offered === '') return '';
  const protocols = offered.split(',').map((protocol) => protocol.trim());
  return protocols.includes(bearerProtocol) ? bearerProtocol : (protocols[0] ?? '');
}

/** The one refusal with a status: a close code at the handshake would bring clients back at once, again and again. */
function refuseUpgrade({ log }: Pick<Engine, 'log'>, res: HttpResponse, isDraining: boolean): void {
  if (isDraining) log.info({ status: 503, reason: 'The server is stopping' }, 'handshake refused');
  else log.warn({ status: 503, reason: 'Too many handshakes wait' }, 'handshake refused');
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
      if (connection !== undefined) socket.traffic = engine.traffic.of(connection.app.id);
      session.leave = undefined;
      session.handshake = undefined; // sockets live long
      if (connection !== undefined && socket.isGone) close(engine, connection, goneAway);
    },
    (fault: unknown) => engine.log.error({ err: fault }, 'a connection could not be opened'),
  );
}

/** Frames before `connection_established` cannot mean anything and are dropped. */
function readMessage(engine: Engine, { connection, socket }: Session, message: ArrayBuffer, isBinary: boolean): void {
  if (connection === undefined) return;
  const traffic = engine.traffic.of(connection.app.id);
  traffic.receivedFrames += 1;
  traffic.receivedBytes += message.byteLength;
  if (message.byteLength > engine.limits.webSocketMessageBytes) {
    engine.log.info(
      { appId: connection.app.id, socketId: connection.socketId, bytes: message.byteLength },
      'closed the sender of a message that is too large',
    );
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

/** The engine knows no more of the message than that. */
function reportCut({ log }: Engine, { connection }: Session, { code, reason }: EngineCut): void {
  const fields = { appId: connection?.app.id, socketId: connection?.socketId };
  if (code === messageTooBig) log.info(fields, 'closed the sender of a message that is too large');
  else log.info({ ...fields, reason }, 'closed a connection that broke the WebSocket protocol');
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
