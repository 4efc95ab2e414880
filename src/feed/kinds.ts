import type { ServerEventType } from '../core/events.ts';

/** What lines tell of: the events of the server that belong to an app. */
export const feedKinds = [
  'connected',
  'disconnected',
  'connection_refused',
  'signed_in',
  'subscribed',
  'unsubscribed',
  'subscription_refused',
  'message_refused',
  'token_refused',
  'triggered',
  'client_event',
  'request_refused',
  'channel_occupied',
  'channel_vacated',
  'member_added',
  'member_removed',
  'cache_miss',
  'subscription_count',
] as const satisfies readonly ServerEventType[];

export type FeedKind = (typeof feedKinds)[number];

/** Transitions over all nodes, of which every node hears that holds the channel. */
export const announcedKinds: ReadonlySet<FeedKind> = new Set([
  'channel_occupied',
  'channel_vacated',
  'member_added',
  'member_removed',
  'subscription_count',
]);

const refusals = feedKinds.filter((kind) => kind.endsWith('_refused'));

/** Reads kinds that are separated by commas; `refused` stands for all refusals. Returns the first text that is no kind instead. */
export function parseKinds(text: string): ReadonlySet<FeedKind> | string {
  const kinds = new Set<FeedKind>();
  for (const name of text.split(',')) {
    const named = name === 'refused' ? refusals : feedKinds.filter((kind) => kind === name);
    if (named.length === 0) return name;
    for (const kind of named) kinds.add(kind);
  }
  return kinds;
}
