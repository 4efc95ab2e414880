import type { App } from '../core/app.ts';
import type { ServerEvent } from '../core/events.ts';
import type { FeedWishes } from '../core/live-feed.ts';
import type { RequestFault } from '../protocol/trigger.ts';
import { type FeedKind, feedKinds, parseKinds } from './kinds.ts';

/** Which events a reader wants. */
export interface FeedFilter {
  readonly kinds: ReadonlySet<FeedKind>;
  readonly channel: Pattern | undefined;
  readonly event: Pattern | undefined;
  readonly withData: boolean;
}

type Pattern = (name: string) => boolean;

const maxPatternCharacters = 200;

/** Reads a reader's wishes; the fault names the one that makes no sense. */
export function parseFilter({ channel, event, kinds, data }: FeedWishes): FeedFilter | RequestFault {
  const wanted = kinds === undefined ? new Set(feedKinds) : parseKinds(kinds);
  if (typeof wanted === 'string') return fault(`Unknown kind ${JSON.stringify(wanted.slice(0, 64))}: kinds are refused, ${feedKinds.join(', ')}`);
  for (const pattern of [channel, event]) {
    if (pattern !== undefined && (pattern === '' || pattern.length > maxPatternCharacters)) {
      return fault(`A pattern has 1 to ${maxPatternCharacters} characters`);
    }
  }
  if (data !== undefined && data !== 'true' && data !== 'false') return fault('data is true or false');
  return { kinds: wanted, channel: compile(channel), event: compile(event), withData: data === 'true' };
}

/** Whether an event belongs to the app, and is wanted. */
export function isWanted(filter: FeedFilter, app: App, event: ServerEvent): boolean {
  if (!belongsTo(app, event)) return false;
  if (filter.channel !== undefined && !channelsOf(event).some(filter.channel)) return false;
  return filter.event === undefined || ('event' in event && filter.event(event.event));
}

/** Whether the event is of the app. Refusals come before anybody knows the app: they name its key, or its path. */
export function belongsTo(app: App, event: ServerEvent): boolean {
  if ('appId' in event) return event.appId === app.id;
  if (event.type === 'connection_refused') return app.keys.some(({ key }) => key === event.key);
  return 'path' in event && event.path.includes(`/apps/${app.id}/`);
}

function channelsOf(event: ServerEvent): readonly string[] {
  if ('channels' in event) return event.channels;
  return 'channel' in event ? [event.channel] : [];
}

/** `*` stands for any text. The parts between are looked for in their order, so that no pattern takes long. */
function compile(pattern: string | undefined): Pattern | undefined {
  if (pattern === undefined) return undefined;
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return (name) => name === pattern;
  return (name) => {
    if (!name.startsWith(first) || !name.endsWith(last)) return false;
    let at = first.length;
    for (const part of rest) {
      const found = name.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return at + last.length <= name.length;
  };
}

function fault(error: string): RequestFault {
  return { status: 400, error };
}
