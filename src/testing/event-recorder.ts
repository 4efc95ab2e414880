import type { Events, ServerEvent, ServerEventOf, ServerEventType } from '../core/events.ts';

/** Every type, so that the compiler reports a missing one. */
const types: Readonly<Record<ServerEventType, true>> = {
  cache_miss: true,
  channel_occupied: true,
  channel_vacated: true,
  client_event: true,
  connected: true,
  connection_refused: true,
  disconnected: true,
  member_added: true,
  member_removed: true,
  message_refused: true,
  readiness_changed: true,
  request_refused: true,
  signed_in: true,
  subscribed: true,
  subscription_count: true,
  subscription_refused: true,
  token_refused: true,
  triggered: true,
  unsubscribed: true,
};

/** Keeps what was emitted, in its order. */
export class EventRecorder {
  readonly #recorded: ServerEvent[] = [];

  constructor(events: Events) {
    for (const type of Object.keys(types) as ServerEventType[]) events.listen(type, (event: ServerEvent) => this.#recorded.push(event));
  }

  all(): readonly ServerEvent[] {
    return [...this.#recorded];
  }

  of<T extends ServerEventType>(type: T): readonly ServerEventOf<T>[] {
    return this.#recorded.filter((event): event is ServerEventOf<T> => event.type === type);
  }

  /** What was emitted since the last call, as far as it is of one of the types. */
  take(...wanted: readonly ServerEventType[]): readonly ServerEvent[] {
    const taken = this.#recorded.splice(0);
    return wanted.length === 0 ? taken : taken.filter(({ type }) => wanted.includes(type));
  }
}
