import type { BrokerMessage, Consequence, Envelope } from '../../core/ports.ts';
import { parseTraceContext, type TraceContext } from '../../protocol/trace-context.ts';

/**
 * What a batch is made of: messages, and marks that say of which trace the messages behind them are a part, up to the next mark. Without traces
 * there are no marks, so what nobody traces costs nothing.
 */
export type BatchEntry = BrokerMessage | TraceMark;

/** The messages that follow are part of this trace, or of none. */
interface TraceMark {
  readonly type: 'trace';
  readonly trace: TraceContext | undefined;
}

/** An entry as it is sent: a number, and up to three texts of at most 65,535, any and 255 characters. */
export interface EntryTexts {
  readonly type: number;
  readonly first: string;
  readonly second: string;
  readonly third: string;
}

const types = { envelope: 1, terminate: 2, trace: 3, caused: 4 } as const;
const largestType = 4;
const maxExceptLength = 255;

/** The messages of a batch, with marks where they are needed. */
export function entriesOf(messages: readonly BrokerMessage[]): readonly BatchEntry[] {
  return isTraced(messages) ? withMarks(messages) : messages;
}

function isTraced(messages: readonly BrokerMessage[]): boolean {
  for (const { trace } of messages) if (trace !== undefined) return true;
  return false;
}

function withMarks(messages: readonly BrokerMessage[]): readonly BatchEntry[] {
  const entries: BatchEntry[] = [];
  let current: TraceContext | undefined;
  for (const message of messages) {
    if (message.trace !== current) entries.push({ type: 'trace', trace: message.trace });
    current = message.trace;
    entries.push(message);
  }
  return entries;
}

/** An entry as it is sent. */
export function entryTexts(entry: BatchEntry): EntryTexts {
  if (!('type' in entry)) return { type: types.envelope, first: entry.topic, second: entry.frame, third: exceptOf(entry) };
  switch (entry.type) {
    case 'terminate':
      return { type: types.terminate, first: entry.appId, second: entry.userId, third: '' };
    case 'caused':
      return { type: types.caused, first: entry.appId, second: JSON.stringify([entry.userId, ...entry.channels]), third: '' };
    case 'trace':
      return { type: types.trace, first: entry.trace?.traceparent ?? '', second: entry.trace?.tracestate ?? '', third: '' };
  }
}

/** Reads an entry; `trace` is what the last mark said. `undefined` when it is malformed, `unknown` when it is of a type that only later versions know. */
export function readEntry({ type, first, second, third }: EntryTexts, trace: TraceContext | undefined): BatchEntry | 'unknown' | undefined {
  if (type > largestType) return 'unknown';
  if (type === types.trace) return { type: 'trace', trace: parseTraceContext(first, second) };
  if (first === '') return undefined;
  if (type === types.envelope) return readEnvelope(first, second, third, trace);
  if (third !== '') return undefined;
  const traced = trace === undefined ? undefined : { trace };
  if (type === types.terminate) return { type: 'terminate', appId: first, userId: second, ...traced };
  return type === types.caused && trace !== undefined ? readConsequence(first, second, trace) : undefined;
}

/** Nearly every entry: without a spread, which takes longer than all else here. */
function readEnvelope(topic: string, frame: string, except: string, trace: TraceContext | undefined): Envelope {
  if (trace !== undefined) return except === '' ? { topic, frame, trace } : { topic, frame, except, trace };
  return except === '' ? { topic, frame } : { topic, frame, except };
}

function readConsequence(appId: string, text: string, trace: TraceContext): Consequence | undefined {
  const names = readNames(text);
  const [userId, ...channels] = names ?? [];
  return userId === undefined ? undefined : { type: 'caused', appId, userId, channels, trace };
}

function readNames(text: string): readonly string[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every((name) => typeof name === 'string') ? value : undefined;
  } catch {
    return undefined;
  }
}

/** An id that is longer than any socket's excludes nobody, whoever sent it. */
function exceptOf({ except = '' }: Envelope): string {
  return except.length > maxExceptLength ? '' : except;
}
