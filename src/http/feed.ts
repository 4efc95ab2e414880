import type { FeedWishes } from '../core/live-feed.ts';
import { type ApiCall, ownParameters, refuse } from './api-call.ts';
import { failure, type HttpResponse, ok } from './message.ts';

const wishNames: readonly (keyof FeedWishes)[] = ['channel', 'event', 'kinds', 'data'];

/** `GET /apps/ID/feed`: what happens in the app, as lines of JSON, until either side ends it. */
export async function getFeed({ feed, app, query }: ApiCall): Promise<HttpResponse> {
  if (feed === undefined) return switchedOff();
  const own = new Map(ownParameters(query));
  const unknown = [...own.keys()].filter((name) => !wishNames.includes(name as keyof FeedWishes));
  if (unknown.length > 0) return failure(400, `Unknown parameters: ${unknown.join(', ')}. There are: ${wishNames.join(', ')}`);
  const opened = feed.open(app, { channel: own.get('channel'), event: own.get('event'), kinds: own.get('kinds'), data: own.get('data') });
  return typeof opened === 'function' ? { status: 200, body: '', lines: opened } : refuse(opened);
}

/** `GET /apps/ID/stats`: the app's numbers on all nodes, and its slowest sockets and busiest channels. */
export async function getStats({ feed, app }: ApiCall): Promise<HttpResponse> {
  if (feed === undefined) return switchedOff();
  const stats = await feed.stats(app);
  return typeof stats === 'string' ? ok(stats) : refuse(stats);
}

function switchedOff(): HttpResponse {
  return failure(403, 'The live feed is switched off');
}
