import type { BrokerMessage } from '../../core/ports.ts';
import type { TraceContext } from '../../protocol/trace-context.ts';
import { type EntryTexts, entriesOf, entryTexts, readEntry } from './batch-entry.ts';

/** What a node publishes at once. */
export interface Batch {
  /** Rises by one with each batch of an origin; a batch that is sent again keeps it. */
  readonly number: number;
  readonly messages: readonly BrokerMessage[];
}

/** Number, count of entries. */
const headBytes = 12;
/** Type, and the lengths of up to three texts in UTF-16 code units: the texts follow as one, so that they are encoded and decoded at once. */
const entryBytes = 8;

/** A batch as its script expects it: the message after the sequence. Throws a RangeError when a topic or an id is longer than 65,535 characters. */
export function encodeBatch(origin: string, { number, messages }: Batch): Buffer {
  const entries = entriesOf(messages).map(entryTexts);
  let text = '';
  for (const { first, second, third } of entries) text += first + second + third;
  const start = 2 + origin.length;
  const textStart = start + headBytes + entryBytes * entries.length;
  const bytes = Buffer.allocUnsafe(textStart + Buffer.byteLength(text));
  bytes.writeUInt16BE(origin.length, 0);
  bytes.write(origin, 2, 'latin1');
  bytes.writeDoubleBE(number, start);
  bytes.writeUInt32BE(entries.length, start + 8);
  let offset = start + headBytes;
  for (const entry of entries) offset = writeEntry(bytes, offset, entry);
  bytes.write(text, textStart, 'utf8');
  return bytes;
}

/** The rest of a message after its header, without entries that only later versions know. `undefined` unless every length fits exactly. */
export function decodeBatch(bytes: Buffer, start: number): Batch | undefined {
  const entries = start + headBytes;
  if (bytes.length < entries) return undefined;
  const number = bytes.readDoubleBE(start);
  const count = bytes.readUInt32BE(start + 8);
  const textStart = entries + count * entryBytes;
  if (!Number.isSafeInteger(number) || textStart > bytes.length) return undefined;
  const messages = readMessages(bytes, entries, textStart);
  return messages && { number, messages };
}

function readMessages(bytes: Buffer, entries: number, textStart: number): readonly BrokerMessage[] | undefined {
  const text = bytes.toString('utf8', textStart);
  const messages: BrokerMessage[] = [];
  let trace: TraceContext | undefined;
  let position = 0;
  for (let entry = entries; entry < textStart; entry += entryBytes) {
    const first = position + bytes.readUInt16BE(entry + 1);
    const second = first + bytes.readUInt32BE(entry + 3);
    const third = second + bytes.readUInt8(entry + 7);
    if (third > text.length) return undefined;
    const texts = {
      type: bytes[entry] ?? 0,
      first: text.slice(position, first),
      second: text.slice(first, second),
      third: text.slice(second, third),
    };
    position = third;
    const read = readEntry(texts, trace);
    if (read === undefined) return undefined;
    if (read === 'unknown') continue;
    if ('type' in read && read.type === 'trace') trace = read.trace;
    else messages.push(read);
  }
  return position === text.length ? messages : undefined;
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

function writeEntry(bytes: Buffer, offset: number, { type, first, second, third }: EntryTexts): number {
  bytes[offset] = type;
  bytes.writeUInt16BE(first.length, offset + 1);
  bytes.writeUInt32BE(second.length, offset + 3);
  bytes[offset + 7] = third.length;
  return offset + entryBytes;
}
