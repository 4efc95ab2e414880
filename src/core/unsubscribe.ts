import type { Connection, Subscription } from './connection.ts';
import type { Engine } from './engine.ts';

type Leaving = Pick<Engine, 'hub' | 'registry'>;

/** Ends a subscription at the client's wish (protocol clause 3.1); silent when there is none. */
export function unsubscribe(engine: Leaving & Pick<Engine, 'events'>, connection: Connection, name: string): void {
  const subscription = connection.subscriptions.get(name);
  // Whoever signed in stays reachable as that user: this subscription belongs to the sign-in.
  if (subscription === undefined || subscription.channel.channel.kind === 'server-to-user') return;
  leaveChannel(engine, connection, subscription);
  engine.events.emit({ type: 'unsubscribed', appId: connection.app.id, socketId: connection.socketId, channel: name });
}

/** Takes a connection out of a channel: the one way out, after an unsubscribe, a close, or a subscribe that failed half-way. */
export function leaveChannel({ hub, registry }: Leaving, connection: Connection, subscription: Subscription): void {
  const { channel, userId } = subscription;
  const wasLastSeat = hub.leave(connection, subscription);
  if (wasLastSeat && userId !== undefined) registry.leave(channel, userId);
  registry.hold(channel, channel.subscriptions);
  hub.forget(channel); // last, so that what the registry announces still finds it
}
