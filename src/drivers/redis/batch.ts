import type { BrokerMessage, Envelope } from '../../core/ports.ts';

/** What a node publishes at once. */
export interface Batch {
  /** Rises by one with each batch of an origin; a batch that is sent again keeps it. */
  readonly number: number;
  readonly messages: readonly BrokerMessage[];
}

const envelopeType = 1;
const terminateType = 2;
/** Number, count of messages. */
const headBytes = 12;
/** Type, and the lengths of up to three texts in UTF-16 code units: the texts follow as one, so that they are encoded and decoded at once. */
const entryBytes = 8;
const maxExceptLength = 255;

/** A batch as its script expects it: the message after the sequence. Throws a RangeError when a topic or an id is longer than 65,535 characters. */
export function encodeBatch(origin: string, { number, messages }: Batch): Buffer {
  let text = '';
  for (const message of messages) text += textOf(message);
  const start = 2 + origin.length;
  const textStart = start + headBytes + entryBytes * messages.length;
  const bytes = Buffer.allocUnsafe(textStart + Buffer.byteLength(text));
  bytes.writeUInt16BE(origin.length, 0);
  bytes.write(origin, 2, 'latin1');
  bytes.writeDoubleBE(number, start);
  bytes.writeUInt32BE(messages.length, start + 8);
  let offset = start + headBytes;
  for (const message of messages) offset = writeEntry(bytes, offset, message);
  bytes.write(text, textStart, 'utf8');
  return bytes;
}

/** The rest of a message after its header. `undefined` unless every length fits exactly. */
export function decodeBatch(bytes: Buffer, start: number): Batch | undefined {
  const entries = start + headBytes;
  if (bytes.length < entries) return undefined;
  const number = bytes.readDoubleBE(start);
  const count = bytes.readUInt32BE(start + 8);
  const textStart = entries + count * entryBytes;
  if (!Number.isSafeInteger(number) || textStart > bytes.length) return undefined;
  const text = bytes.toString('utf8', textStart);
  const messages: BrokerMessage[] = [];
  let position = 0;
  for (let entry = entries; entry < textStart; entry += entryBytes) {
    const first = position + bytes.readUInt16BE(entry + 1);
    const second = first + bytes.readUInt32BE(entry + 3);
    const third = second + bytes.readUInt8(entry + 7);
    if (third > text.length) return undefined;
    const message = messageOf(bytes[entry], text.slice(position, first), text.slice(first, second), text.slice(second, third));
    if (message === undefined) return undefined;
    messages.push(message);
    position = third;
  }
  return position === text.length ? { number, messages } : undefined;
}

/** A control as it is kept for nodes that missed it. */
export function encodeControl(message: BrokerMessage): string | undefined {
  return 'type' in message ? JSON.stringify([message.type, message.appId, message.userId]) : undefined;
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

/** An id that is longer than any socket's excludes nobody, whoever sent it. */
function exceptOf({ except = '' }: Envelope): string {
  return except.length > maxExceptLength ? '' : except;
}

function textOf(message: BrokerMessage): string {
  if ('type' in message) return message.appId + message.userId;
  return message.topic + message.frame + exceptOf(message);
}

function writeEntry(bytes: Buffer, offset: number, message: BrokerMessage): number {
  const isControl = 'type' in message;
  bytes[offset] = isControl ? terminateType : envelopeType;
  bytes.writeUInt16BE(isControl ? message.appId.length : message.topic.length, offset + 1);
  bytes.writeUInt32BE(isControl ? message.userId.length : message.frame.length, offset + 3);
  bytes[offset + 7] = isControl ? 0 : exceptOf(message).length;
  return offset + entryBytes;
}

function messageOf(type: number | undefined, first: string, second: string, third: string): BrokerMessage | undefined {
  if (first === '') return undefined;
  if (type === envelopeType) return third === '' ? { topic: first, frame: second } : { topic: first, frame: second, except: third };
  return type === terminateType && third === '' ? { type: 'terminate', appId: first, userId: second } : undefined;
}
