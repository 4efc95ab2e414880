import { PusherError } from '../protocol/error.ts';
import type { Connection } from './connection.ts';
import type { Engine } from './engine.ts';
import { TokenBucket } from './token-bucket.ts';

type Counting = Pick<Engine, 'clock' | 'counters'>;

/** Whether the connection may send a message now. */
export function hasMessage({ clock }: Pick<Engine, 'clock'>, connection: Connection): boolean {
  return bucketOf(connection, clock.monotonic()).has(clock.monotonic());
}

/** Counts a message against the rate of its connection. Throws a PusherError above it. */
export function takeMessage(engine: Counting, connection: Connection): void {
  const now = engine.clock.monotonic();
  if (!bucketOf(connection, now).take(now)) refuseMessage(engine);
}

/** Throws what a message above the rate is answered with. */
export function refuseMessage({ counters }: Pick<Counting, 'counters'>): never {
  counters.messages += 1;
  throw new PusherError('MESSAGE_RATE');
}

function bucketOf(connection: Connection, now: number): TokenBucket {
  const { messagesPerSecond, messageBurst } = connection.app.limits;
  connection.messages ??= new TokenBucket(messagesPerSecond, now, messageBurst);
  return connection.messages;
}
