import { type ClientMessage, parseClientMessage, type TokenMessage } from '../protocol/client-message.ts';
import { errors, PusherError } from '../protocol/error.ts';
import { errorFrame, pongFrame } from '../protocol/server-message.ts';
import type { AwaitedToken } from './awaited-token.ts';
import { sendClientEvent } from './client-event.ts';
import { condemn, end } from './close.ts';
import type { Connection } from './connection.ts';
import type { Engine } from './engine.ts';
import { hasMessage, refuseMessage, takeMessage } from './message-rate.ts';
import { presentToken } from './present-token.ts';
import { signIn } from './sign-in.ts';
import { subscribe } from './subscribe.ts';
import { unsubscribe } from './unsubscribe.ts';

type Journeys = {
  readonly [Type in ClientMessage['type']]: (
    engine: Engine,
    connection: Connection,
    message: Extract<ClientMessage, { type: Type }>,
  ) => void | Promise<void>;
};

const journeys: Journeys = {
  ping: (_engine, connection) => connection.socket.send(pongFrame),
  pong: () => {},
  subscribe: (engine, connection, message) => inTurn(engine, connection, message.channel, () => subscribe(engine, connection, message)),
  unsubscribe: (engine, connection, { channel }) => inTurn(engine, connection, channel, () => unsubscribe(engine, connection, channel)),
  signin: (engine, connection, message) => signIn(engine, connection, message),
  token: (engine, connection, message) => hearToken(engine, connection, message),
  client_event: (engine, connection, message) => sendClientEvent(engine, connection, message),
  invalid: (_engine, _connection, { reason }) => {
    throw new PusherError('REFUSED', reason);
  },
};

const rateCode = errors.MESSAGE_RATE[0];
const namesSubscription = /"pusher:(un)?subscribe"/;

/** Journeys of one connection that may wait for a driver at the same time. */
const maxPendingJourneys = 2000;

/** One text message from a client. Whatever it holds, only this connection can feel it. */
export function receive(engine: Engine, connection: Connection, text: string): void {
  engine.heartbeat.hear(connection);
  if (connection.condemned !== undefined) return;
  attempt(engine, connection, () => {
    if (connection.awaited !== undefined) return receiveAwaiting(engine, connection, connection.awaited, text);
    // Above the rate nothing is parsed but what could be a subscription, which has a rate of its own.
    if (!hasMessage(engine, connection) && !namesSubscription.test(text)) refuseMessage(engine);
    return schedule(engine, connection, parseClientMessage(text), text.length);
  });
}

/** A binary message: nothing in the protocol is (protocol clause 1.1). */
export function receiveBinary(engine: Engine, connection: Connection): void {
  engine.heartbeat.hear(connection);
  if (connection.condemned !== undefined) return;
  attempt(engine, connection, () => {
    takeMessage(engine, connection);
    throw new PusherError('REFUSED', 'Binary messages are not supported');
  });
}

/** Little of what comes before the token may pass. */
function receiveAwaiting(engine: Engine, connection: Connection, awaited: AwaitedToken, text: string): void | Promise<void> {
  // What waits behind the token is counted when it is heard.
  if (!awaited.isVerifying) takeMessage(engine, connection);
  const message = awaited.sift(connection, text);
  return message === undefined ? undefined : dispatch(engine, connection, message);
}

function hearToken(engine: Engine, connection: Connection, message: TokenMessage): void | Promise<void> {
  const accepted = (held: readonly string[]) => {
    for (const text of held) receive(engine, connection, text);
  };
  return inTurn(engine, connection, ' token', () => presentToken(engine, connection, message, accepted));
}

/** Runs a journey, now or when it is its turn. */
function schedule(engine: Engine, connection: Connection, message: ClientMessage, characters: number): void | Promise<void> {
  const isSubscribe = message.type === 'subscribe';
  if (!isSubscribe && !(message.type === 'unsubscribe' && (connection.subscriptions.has(message.channel) || engine.pace.isWaiting(connection)))) {
    takeMessage(engine, connection);
    return dispatch(engine, connection, message);
  }
  const run = () => attempt(engine, connection, () => dispatch(engine, connection, message));
  if (!engine.pace.run(connection, run, characters, isSubscribe))
    throw new PusherError('MESSAGE_RATE', 'Message rejected: too many subscriptions wait');
}

function attempt(engine: Engine, connection: Connection, journey: () => void | Promise<void>): void {
  try {
    const pending = journey();
    if (pending !== undefined) follow(engine, connection, pending);
  } catch (fault) {
    answer(engine, connection, fault);
  }
}

function dispatch(engine: Engine, connection: Connection, message: ClientMessage): void | Promise<void> {
  if (connection.pendingJourneys >= maxPendingJourneys) throw new PusherError('REFUSED', 'Too many requests are under way on this connection');
  // The table's type ties each journey to its message, which the compiler cannot follow through an index.
  const journey = journeys[message.type] as (engine: Engine, connection: Connection, message: ClientMessage) => void | Promise<void>;
  return journey(engine, connection, message);
}

function follow(engine: Engine, connection: Connection, pending: Promise<void>): void {
  connection.pendingJourneys += 1;
  const done = () => {
    connection.pendingJourneys -= 1;
  };
  pending.then(done, (fault: unknown) => {
    done();
    answer(engine, connection, fault);
  });
}

function answer(engine: Engine, connection: Connection, fault: unknown): void {
  const error = fault instanceof PusherError ? fault : unexpected(engine, connection, fault);
  const { app, socketId } = connection;
  engine.events.emit({ type: 'message_refused', appId: app.id, socketId, kind: error.reason, code: error.code, reason: error.message });
  if (!connection.isOpen) return;
  if (error.closesSocket) return end(connection, error);
  connection.socket.send(errorFrame(error.code, error.message));
  if (error.code !== rateCode || !app.limits.terminateOnRateLimit || connection.condemned !== undefined) return;
  engine.counters.terminated += 1;
  condemn(engine, connection, new PusherError('OVER_CAPACITY'));
}

function unexpected({ log }: Pick<Engine, 'log'>, { app, socketId }: Connection, fault: unknown): PusherError {
  log.error({ err: fault, appId: app.id, socketId }, 'a message failed');
  return new PusherError('INTERNAL', undefined, { cause: fault });
}

/** One after the other per socket and channel. By its turn the connection may be closed, and then nothing may be left behind for it. */
function inTurn({ queue }: Engine, connection: Connection, channel: string, journey: () => void | Promise<void>): void | Promise<void> {
  return queue.run(`${connection.socketId} ${channel}`, () => (connection.isOpen ? journey() : undefined));
}
