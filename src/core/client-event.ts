import type { ClientMessage } from '../protocol/client-message.ts';
import { PusherError } from '../protocol/error.ts';
import { eventFrame } from '../protocol/server-message.ts';
import type { Connection, Subscription } from './connection.ts';
import type { Engine } from './engine.ts';
import { takeToken } from './token-bucket.ts';

type Request = Extract<ClientMessage, { type: 'client_event' }>;
type Sending = Pick<Engine, 'broker' | 'clock' | 'counters' | 'rates' | 'events' | 'traffic'>;

/** A client speaks to the others in a channel (protocol clause 3.3). Throws a PusherError when it may not. */
export function sendClientEvent(engine: Sending, connection: Connection, request: Request): Promise<void> {
  const subscription = checkAllowed(connection, request);
  takeTokens(engine, connection, subscription);
  const { channel, userId } = subscription;
  // Built anew: nothing of the sender's frame but name and data goes on.
  const frame = eventFrame(request.event, channel.middle, JSON.stringify(request.data), userId);
  engine.traffic.of(channel.appId).clientEvents += 1;
  // Told first: what follows, such as the sender's leaving, must not come before it. Relaying never fails.
  if (engine.events.has('client_event')) tell(engine, connection, subscription, request);
  return engine.broker.relay({ topic: channel.topic, frame, except: connection.socketId });
}

function tell({ events, clock }: Sending, { socketId }: Connection, { channel, userId }: Subscription, { event, data }: Request): void {
  const fact = { type: 'client_event', appId: channel.appId, channel: channel.channel.name, event, data, socketId, at: clock.now() } as const;
  events.emit(userId === undefined ? fact : { ...fact, userId });
}

function checkAllowed({ app, identity, subscriptions }: Connection, { event, channel: name, data }: Request): Subscription {
  const { clientEvents, limits } = app;
  if (!clientEvents) throw refused('client events are not enabled for this application');
  if (event.length > limits.eventNameCharacters) throw refused(`the event name is longer than ${limits.eventNameCharacters} characters`);
  if (Buffer.byteLength(data) > limits.eventDataBytes) throw refused(`the data is larger than ${limits.eventDataBytes} bytes`);
  const subscription = subscriptions.get(name);
  if (!subscription?.isAnswered) throw refused(`the connection is not subscribed to channel ${name.slice(0, limits.channelNameCharacters)}`);
  const { kind } = subscription.channel.channel;
  if (kind !== 'private' && kind !== 'presence') throw refused('only supported on private and presence channels');
  const mayPublish = identity === undefined ? !subscription.isListenOnly : identity.allows('publish', name);
  if (!mayPublish) throw refused(`the token does not allow them on channel ${name}`);
  return subscription;
}

/** One of the connection, and one of the user over all connections. */
function takeTokens({ clock, counters, rates }: Sending, connection: Connection, { userId }: Subscription): void {
  const { app, user } = connection;
  const { clientEventsPerSecond, clientEventsPerSecondPerUser } = app.limits;
  const fullAt = takeToken(connection.fullAt.clientEvents, clock.monotonic(), clientEventsPerSecond);
  if (fullAt === undefined) {
    counters.clientEvents += 1;
    throw new PusherError('CLIENT_EVENT_RATE');
  }
  connection.fullAt.clientEvents = fullAt;
  const sender = user?.member.userId ?? userId;
  if (sender === undefined || rates.take(`${app.id}/client-events/${sender}`, clientEventsPerSecondPerUser) === 0) return;
  counters.userClientEvents += 1;
  throw new PusherError('CLIENT_EVENT_RATE', 'Client event rejected: rate limit of the user exceeded');
}

function refused(reason: string): PusherError {
  return new PusherError('REFUSED', `Client event rejected: ${reason}`);
}
