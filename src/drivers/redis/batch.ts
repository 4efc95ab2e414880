import { isAscii } from 'node:buffer';
import type { BrokerMessage } from '../../core/ports.ts';
import type { TraceContext } from '../../protocol/trace-context.ts';
import { entriesOf, entryTexts, readEntry } from './batch-entry.ts';

/** What a node publishes at once. */
export interface Batch {
  /** Rises by one with each batch of an origin; a batch that is sent again keeps it. */
  readonly number: number;
  readonly messages: readonly BrokerMessage[];
}

const sevenBits = 0x7f;
/** Number, count of entries. */
const headBytes = 8 + 3;
/** Type, and the lengths of up to three texts: the texts of all entries follow as one, so that they are encoded and decoded at once. */
const entryBytes = 1 + 3 + 4 + 2;

/**
 * A batch as its script expects it: the message after the sequence. A text, which ioredis hands to the socket without a buffer in between; all
 * numbers have seven bits a character, so that bytes and characters are the same there. Lengths are in UTF-16 code units. Throws a RangeError when
 * there are not enough characters for one.
 */
export function encodeBatch(origin: string, { number, messages }: Batch): string {
  const entries = entriesOf(messages);
  let heads = '';
  let texts = '';
  for (const entry of entries) {
    const { type, first, second, third } = entryTexts(entry);
    heads += entryHead(type, first.length, second.length, third.length);
    texts += first + second + third;
  }
  const head = toSevenBits(number, 8) + toSevenBits(entries.length, 3);
  return toSevenBits(origin.length, 2) + origin + head + heads + texts;
}

/** The rest of a message after its header, without entries that only later versions know. `undefined` unless every length fits exactly. */
export function decodeBatch(bytes: Buffer, start: number): Batch | undefined {
  const entries = start + headBytes;
  if (bytes.length < entries) return undefined;
  const number = fromSevenBits(bytes, start, 8);
  const textStart = entries + fromSevenBits(bytes, start + 8, 3) * entryBytes;
  if (!Number.isSafeInteger(number) || textStart > bytes.length) return undefined;
  const messages = readMessages(bytes.subarray(entries, textStart), readTexts(bytes.subarray(textStart)));
  return messages && { number, messages };
}

/** Most texts are ASCII; to find that out and to read it so takes two thirds of the time. */
function readTexts(bytes: Buffer): string {
  return bytes.toString(isAscii(bytes) ? 'latin1' : 'utf8');
}

function readMessages(heads: Buffer, texts: string): readonly BrokerMessage[] | undefined {
  const messages: BrokerMessage[] = [];
  let trace: TraceContext | undefined;
  let position = 0;
  for (let head = 0; head < heads.length; head += entryBytes) {
    const first = position + fromSevenBits(heads, head + 1, 3);
    const second = first + fromSevenBits(heads, head + 4, 4);
    const third = second + fromSevenBits(heads, head + 8, 2);
    if (third > texts.length) return undefined;
    const entry = {
      type: heads[head] ?? 0,
      first: texts.slice(position, first),
      second: texts.slice(first, second),
      third: texts.slice(second, third),
    };
    position = third;
    const read = readEntry(entry, trace);
    if (read === undefined) return undefined;
    if (read === 'unknown') continue;
    if ('type' in read && read.type === 'trace') trace = read.trace;
    else messages.push(read);
  }
  return position === texts.length ? messages : undefined;
}

/** A control as it is kept for nodes that missed it. */
export function encodeControl(message: BrokerMessage): string | undefined {
  return 'type' in message && message.type === 'terminate' ? JSON.stringify([message.type, message.appId, message.userId]) : undefined;
}

/** `undefined` when it is none of ours. */
export function decodeControl(text: string): BrokerMessage | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(value)) return undefined;
  const [type, appId, userId]: unknown[] = value;
  return type === 'terminate' && typeof appId === 'string' && typeof userId === 'string' ? { type, appId, userId } : undefined;
}

/** At once, because it is done for every event. */
function entryHead(type: number, first: number, second: number, third: number): string {
  if (first >> 21 !== 0 || second >> 28 !== 0 || third >> 14 !== 0) throw new RangeError('A text is too long for a batch');
  return String.fromCharCode(
    type,
    first >> 14,
    (first >> 7) & sevenBits,
    first & sevenBits,
    second >> 21,
    (second >> 14) & sevenBits,
    (second >> 7) & sevenBits,
    second & sevenBits,
    third >> 7,
    third & sevenBits,
  );
}

function toSevenBits(value: number, characters: number): string {
  let text = '';
  let rest = value;
  for (let count = 0; count < characters; count += 1) {
    text = String.fromCharCode(rest % 128) + text;
    rest = Math.floor(rest / 128);
  }
  if (rest !== 0) throw new RangeError('A number is too large for a batch');
  return text;
}

function fromSevenBits(bytes: Buffer, offset: number, characters: number): number {
  let value = 0;
  for (let index = offset; index < offset + characters; index += 1) value = value * 128 + (bytes[index] ?? 0);
  return value;
}
