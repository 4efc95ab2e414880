/** What a message on a partition's topic carries. */
type MessageKind = 'batch' | 'announcements' | 'sweep';

/** The part of a message that all kinds share; the scripts write it. */
export interface MessageHeader {
  readonly kind: MessageKind;
  /** Its number on the topic. */
  readonly sequence: number;
  /** Batches: the process that published it. Else: the node whose holdings changed. */
  readonly origin: string;
  /** Where the rest begins. */
  readonly end: number;
}

const version = 1;
const kinds: readonly (MessageKind | undefined)[] = [undefined, 'batch', 'announcements', 'sweep'];
const fixedBytes = 12;
const maxOriginBytes = 64;

/** Version, kind, sequence (a double), length of the origin, origin. `undefined` when it is none of ours. */
export function parseHeader(message: Buffer): MessageHeader | undefined {
  if (message.length < fixedBytes || message[0] !== version) return undefined;
  const kind = kinds[message[1] ?? 0];
  const sequence = message.readDoubleBE(2);
  const originBytes = message.readUInt16BE(10);
  const end = fixedBytes + originBytes;
  if (kind === undefined || !Number.isSafeInteger(sequence) || sequence <= 0) return undefined;
  if (originBytes === 0 || originBytes > maxOriginBytes || end > message.length) return undefined;
  return { kind, sequence, origin: message.toString('latin1', fixedBytes, end), end };
}
