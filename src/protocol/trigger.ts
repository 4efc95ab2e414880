import { type ChannelName, parseChannelName } from './channel-name.ts';
import type { AppLimits } from './limits.ts';
import { isSocketId } from './socket-id.ts';

/** One event for some channels, as a backend asked for it (clause 5.2). */
export interface Trigger {
  readonly event: string;
  /** Forwarded byte for byte. */
  readonly data: string;
  /** Each channel once. */
  readonly channels: readonly ChannelName[];
  /** The socket that shall not receive it. */
  readonly except?: string;
  readonly info: readonly InfoAttribute[];
}

/** What a backend can ask about a channel. */
export type InfoAttribute = 'user_count' | 'subscription_count' | 'cache';

/** Why a request is refused: an HTTP status and a text. */
export interface RequestFault {
  readonly status: number;
  readonly error: string;
}

type TriggerLimits = Pick<AppLimits, 'channelNameCharacters' | 'eventNameCharacters' | 'eventDataBytes' | 'channelsPerEvent' | 'eventsPerBatch'>;

const triggerAttributes: readonly InfoAttribute[] = ['user_count', 'subscription_count'];

/** Reads the body of `POST /events`. */
export function parseTrigger(body: unknown, limits: TriggerLimits): Trigger | RequestFault {
  if (!isObject(body)) return fault('The body must be a JSON object');
  const names = body.channels ?? (body.channel === undefined ? undefined : [body.channel]);
  if (!Array.isArray(names) || names.length === 0) return fault('"channels" must be a list of at least one channel name');
  if (names.length > limits.channelsPerEvent) return fault(`An event can go to at most ${limits.channelsPerEvent} channels`);
  const channels = new Map<string, ChannelName>();
  for (const name of names) {
    const channel = typeof name === 'string' ? parseChannelName(name, limits.channelNameCharacters) : undefined;
    if (channel === undefined) return fault(`Invalid channel name: ${describe(name)}`);
    channels.set(channel.name, channel);
  }
  return parseEvent(body, [...channels.values()], limits);
}

/** Reads the body of `POST /batch_events`. One fault refuses the whole batch. */
export function parseBatch(body: unknown, limits: TriggerLimits): readonly Trigger[] | RequestFault {
  const batch = isObject(body) ? body.batch : undefined;
  if (!Array.isArray(batch) || batch.length === 0) return fault('"batch" must be a list of at least one event');
  if (batch.length > limits.eventsPerBatch) return fault(`Batch too large: at most ${limits.eventsPerBatch} events`);
  const triggers: Trigger[] = [];
  for (const item of batch) {
    if (isObject(item) && typeof item.channel !== 'string') return fault('Each event of a batch needs a string "channel"');
    const trigger = parseTrigger(isObject(item) ? { ...item, channels: undefined } : item, limits);
    if ('status' in trigger) return trigger;
    triggers.push(trigger);
  }
  return triggers;
}

/** Reads a comma-separated `info`; only `allowed` attributes may occur. */
export function parseInfo(info: unknown, allowed: readonly InfoAttribute[]): readonly InfoAttribute[] | RequestFault {
  if (info === undefined || info === null || info === '') return [];
  if (typeof info !== 'string') return fault('"info" must be a string');
  const attributes: InfoAttribute[] = [];
  for (const word of info.split(',')) {
    const attribute = allowed.find((candidate) => candidate === word.trim());
    if (attribute === undefined) return fault(`Unknown info attribute: ${describe(word)}`);
    attributes.push(attribute);
  }
  return attributes;
}

function parseEvent(body: JsonObject, channels: readonly ChannelName[], limits: TriggerLimits): Trigger | RequestFault {
  const { name, data, socket_id: except } = body;
  if (typeof name !== 'string' || name === '') return fault('"name" must be a string that is not empty');
  if (name.length > limits.eventNameCharacters) return fault(`Event names have at most ${limits.eventNameCharacters} characters`);
  if (name.startsWith('pusher:') || name.startsWith('pusher_internal:'))
    return fault('Event names that start with "pusher:" or "pusher_internal:" are reserved');
  if (typeof data !== 'string') return fault('"data" must be a string');
  if (Buffer.byteLength(data) > limits.eventDataBytes) {
    return { status: 413, error: `The data content of this event exceeds the allowed maximum (${limits.eventDataBytes} bytes)` };
  }
  const info = parseInfo(body.info, triggerAttributes);
  if ('status' in info) return info;
  if (except === undefined || except === null) return { event: name, data, channels, info };
  if (typeof except !== 'string' || !isSocketId(except)) return fault(`Invalid socket id: ${describe(except)}`);
  return { event: name, data, channels, except, info };
}

type JsonObject = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fault(error: string): RequestFault {
  return { status: 400, error };
}

/** Names a wrong value without repeating all of it. */
function describe(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 200)) : `a ${value === null ? 'null' : typeof value}`;
}
