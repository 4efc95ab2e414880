import type { ServerEvent } from '../core/events.ts';
import { type FeedKind, feedKinds } from './kinds.ts';

/** One line of the feed, with the names it has in JSON. */
export interface FeedLine {
  /** ISO 8601. */
  readonly time: string;
  /** The node on which it happened. */
  readonly node: string;
  readonly kind: FeedKind;
  readonly channel?: string;
  readonly channels?: readonly string[];
  readonly event?: string;
  readonly socket_id?: string;
  readonly user_id?: string;
  readonly subscription_count?: number;
  readonly code?: number;
  readonly status?: number;
  readonly path?: string;
  readonly reason?: string;
  /** The start of the event's data, for those who ask for data. */
  readonly data?: string;
  /** The size of all of it. */
  readonly data_bytes?: number;
}

const maxTextCharacters = 1000;
const maxChannels = 100;

/** How an event's field is called in a line: what is not listed, such as the data, stays out. */
const fields: readonly (readonly [field: string, name: keyof FeedLine])[] = [
  ['channel', 'channel'],
  ['event', 'event'],
  ['socketId', 'socket_id'],
  ['userId', 'user_id'],
  ['subscriptionCount', 'subscription_count'],
  ['code', 'code'],
  ['status', 'status'],
  ['path', 'path'],
  ['reason', 'reason'],
];

interface LineOptions {
  readonly node: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** How much of the data is shown; 0 for none. */
  readonly dataBytes: number;
}

/** What the feed says of an event. */
export function lineOf(event: ServerEvent & { readonly type: FeedKind }, { node, now, dataBytes }: LineOptions): FeedLine {
  const known: Readonly<Record<string, unknown>> = { ...event };
  const said = fields.flatMap(([field, name]) => (isShowable(known[field]) ? [[name, shorten(known[field])] as const] : []));
  return {
    time: new Date(now).toISOString(),
    node,
    kind: event.type,
    ...Object.fromEntries(said),
    ...('channels' in event && channelsOf(event.channels)),
    ...('data' in event && dataOf(event.data, dataBytes)),
  };
}

/** A line that another node has sent: only what a line may hold. `undefined` when it is none. */
export function readLine(value: unknown): FeedLine | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { time, node, kind, channels, data, data_bytes: dataBytes, ...rest }: Readonly<Record<string, unknown>> = { ...value };
  if (typeof time !== 'string' || typeof node !== 'string' || !feedKinds.includes(kind as FeedKind)) return undefined;
  const said = fields.flatMap(([, name]) => (isShowable(rest[name]) ? [[name, shorten(rest[name])] as const] : []));
  return {
    time: String(shorten(time)),
    node: String(shorten(node)),
    kind: kind as FeedKind,
    ...Object.fromEntries(said),
    ...(Array.isArray(channels) && channels.every((name) => typeof name === 'string') && channelsOf(channels)),
    ...(typeof data === 'string' && { data }),
    ...(typeof dataBytes === 'number' && { data_bytes: dataBytes }),
  };
}

function isShowable(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

function shorten(value: string | number | unknown): unknown {
  return typeof value === 'string' && value.length > maxTextCharacters ? `${value.slice(0, maxTextCharacters)}…` : value;
}

/** One channel is said as in every other line. */
function channelsOf(channels: readonly string[]): Pick<FeedLine, 'channel' | 'channels'> {
  const [only] = channels;
  return channels.length === 1 && only !== undefined ? { channel: only } : { channels: channels.slice(0, maxChannels) };
}

/** The data is the users' own: only its size is told, unless it is asked for. */
function dataOf(data: string, bytes: number): Pick<FeedLine, 'data' | 'data_bytes'> {
  const size = { data_bytes: Buffer.byteLength(data) };
  return bytes === 0 ? size : { data: cutAt(data, bytes), ...size };
}

/** As many whole characters as fit. */
function cutAt(text: string, bytes: number): string {
  const encoded = Buffer.from(text.slice(0, bytes)); // a character has at least one byte
  return encoded.length <= bytes ? encoded.toString() : new TextDecoder().decode(encoded.subarray(0, bytes), { stream: true });
}
