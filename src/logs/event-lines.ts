import type { ServerEventOf, ServerEventType } from '../core/events.ts';
import type { Log } from '../core/ports.ts';

/** How much a line matters; the names of the log's methods. */
export type LineLevel = keyof Log;

/** The line that an event is logged as. */
interface EventLine<T extends ServerEventType> {
  readonly message: string;
  /** The highest level that it can have. */
  readonly level: LineLevel;
  /** Below which it stays when the event matters less. */
  readonly levelOf?: (event: ServerEventOf<T>) => LineLevel;
}

const closesForRoom: ReadonlySet<number> = new Set([4004, 4100, 503]);

/**
 * What is logged of what happens. Refusals are told to every operator, with their reason: as a warning when the server lacked something, for
 * information when the client did. What happens all the time is told at level debug.
 */
export const eventLines: { readonly [T in ServerEventType]?: EventLine<T> } = {
  connected: { message: 'connected', level: 'debug' },
  disconnected: { message: 'disconnected', level: 'debug' },
  subscribed: { message: 'subscribed', level: 'debug' },
  unsubscribed: { message: 'unsubscribed', level: 'debug' },
  signed_in: { message: 'signed in', level: 'debug' },
  triggered: { message: 'event triggered', level: 'debug' },
  client_event: { message: 'client event', level: 'debug' },
  connection_refused: { message: 'connection refused', level: 'warn', levelOf: ({ code }) => (closesForRoom.has(code) ? 'warn' : 'info') },
  subscription_refused: { message: 'subscription refused', level: 'info' },
  message_refused: { message: 'message refused', level: 'info' },
  // Beside the refusal of a connection, a message or a request, which gives the reason too.
  token_refused: { message: 'token refused', level: 'debug' },
  request_refused: { message: 'request refused', level: 'warn', levelOf: ({ status }) => (status >= 500 || status === 429 ? 'warn' : 'info') },
  readiness_changed: {
    message: 'readiness changed',
    level: 'warn',
    levelOf: ({ isReady, reasons }) => (isReady || reasons.join() === 'draining' ? 'info' : 'warn'),
  },
};
