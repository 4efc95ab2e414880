import type { Events, ServerEvent, ServerEventType } from '../core/events.ts';
import type { Log } from '../core/ports.ts';

/** What is logged, and the constant message it is logged with. */
const messages: { readonly [Type in ServerEventType]?: string } = {
  connected: 'connected',
  connection_refused: 'connection refused',
  disconnected: 'disconnected',
  subscribed: 'subscribed',
  subscription_refused: 'subscription refused',
  unsubscribed: 'unsubscribed',
  signed_in: 'signed in',
  message_refused: 'message refused',
  triggered: 'event triggered',
  client_event: 'client event',
  request_refused: 'request refused',
};

/** Writes one line per event at level debug. Attach it only when that level is on: frequent events are built for their listeners alone. */
export function logEvents(events: Events, log: Log): void {
  for (const [type, message] of Object.entries(messages) as [ServerEventType, string][]) {
    events.listen(type, (event: ServerEvent) => log.debug(fieldsOf(event), message));
  }
}

/** An event's data is the users' own and may be secret. */
function fieldsOf(event: ServerEvent): object {
  const { type: _type, ...fields } = event;
  if (!('data' in fields)) return fields;
  const { data, ...rest } = fields;
  return { ...rest, dataBytes: Buffer.byteLength(data) };
}
