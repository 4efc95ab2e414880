import { PusherError } from '../protocol/error.ts';
import type { Connection } from './connection.ts';
import type { Engine } from './engine.ts';
import { hasToken, takeToken } from './token-bucket.ts';

type Counting = Pick<Engine, 'clock' | 'counters'>;

/** Whether the connection may send a message now. */
export function hasMessage({ clock }: Pick<Engine, 'clock'>, { app, fullAt }: Connection): boolean {
  const { messagesPerSecond, messageBurst } = app.limits;
  return hasToken(fullAt.messages, clock.monotonic(), messagesPerSecond, messageBurst);
}

/** Counts a message against the rate of its connection. Throws a PusherError above it. */
export function takeMessage(engine: Counting, { app, fullAt }: Connection): void {
  const { messagesPerSecond, messageBurst } = app.limits;
  fullAt.messages = takeToken(fullAt.messages, engine.clock.monotonic(), messagesPerSecond, messageBurst) ?? refuseMessage(engine);
}

/** Throws what a message above the rate is answered with. */
export function refuseMessage({ counters }: Pick<Counting, 'counters'>): never {
  counters.messages += 1;
  throw new PusherError('MESSAGE_RATE');
}
