import type { ClientMessage } from '../protocol/client-message.ts';
import { PusherError } from '../protocol/error.ts';
import { eventFrame } from '../protocol/server-message.ts';
import type { Connection, Subscription } from './connection.ts';
import type { Engine } from './engine.ts';
import { TokenBucket } from './token-bucket.ts';

type Request = Extract<ClientMessage, { type: 'client_event' }>;
type Sending = Pick<Engine, 'broker' | 'clock' | 'events'>;

/** A client speaks to the others in a channel (protocol clause 3.3). Throws a PusherError when it may not. */
export function sendClientEvent(engine: Sending, connection: Connection, request: Request): Promise<void> {
  const subscription = checkAllowed(connection, request);
  if (!takeToken(engine, connection)) throw new PusherError('CLIENT_EVENT_RATE');
  const { channel, userId } = subscription;
  // Built anew: nothing of the sender's frame but name and data goes on.
  const frame = eventFrame(request.event, channel.middle, JSON.stringify(request.data), userId);
  if (engine.events.has('client_event')) {
    engine.events.emit({
      type: 'client_event',
      appId: channel.appId,
      channel: channel.channel.name,
      event: request.event,
      data: request.data,
      socketId: connection.socketId,
      ...(userId === undefined ? {} : { userId }),
      at: engine.clock.now(),
    });
  }
  return engine.broker.publish([{ topic: channel.topic, frame, except: connection.socketId }]);
}

function checkAllowed({ app, subscriptions }: Connection, { event, channel: name, data }: Request): Subscription {
  const { clientEvents, limits } = app;
  if (!clientEvents) throw refused('client events are not enabled for this application');
  if (event.length > limits.eventNameCharacters) throw refused(`the event name is longer than ${limits.eventNameCharacters} characters`);
  if (Buffer.byteLength(data) > limits.eventDataBytes) throw refused(`the data is larger than ${limits.eventDataBytes} bytes`);
  const subscription = subscriptions.get(name);
  if (!subscription?.isLive) throw refused(`the connection is not subscribed to channel ${name.slice(0, limits.channelNameCharacters)}`);
  const { kind } = subscription.channel.channel;
  if (kind !== 'private' && kind !== 'presence') throw refused('only supported on private and presence channels');
  return subscription;
}

function takeToken({ clock }: Pick<Engine, 'clock'>, connection: Connection): boolean {
  const now = clock.monotonic();
  connection.clientEvents ??= new TokenBucket(connection.app.limits.clientEventsPerSecond, now);
  return connection.clientEvents.take(now);
}

function refused(reason: string): PusherError {
  return new PusherError('REFUSED', `Client event rejected: ${reason}`);
}
