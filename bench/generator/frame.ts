/** What a load generator needs of RFC 6455: unfragmented frames, no extensions. */
export const opcodes = { text: 1, close: 8, ping: 9, pong: 10 } as const;

/** Pusher's own frames such as `pusher:ping` are shorter than this, the events of all scenarios are longer. */
const eventBytesAtLeast = 64;

/** One masked frame of a client. The mask is zero: legal, and the payload needs no rewriting. */
export function encodeFrame(opcode: number, payload: string | Buffer): Buffer {
  const body = typeof payload === 'string' ? Buffer.from(payload) : payload;
  if (body.length > 0xffff) throw new RangeError('The generator sends no frame above 65535 bytes');
  const isShort = body.length < 126;
  const head = Buffer.alloc(isShort ? 6 : 8);
  head[0] = 0x80 | opcode;
  head[1] = 0x80 | (isShort ? body.length : 126);
  if (!isShort) head.writeUInt16BE(body.length, 2);
  return Buffer.concat([head, body]);
}

/** Events that were received, by all clients that share the tally. */
export interface Tally {
  frames: number;
  bytes: number;
}

/** Called with each frame that has to be looked at. The payload is valid during the call only. */
export type FrameListener = (opcode: number, payload: Buffer) => void;

/**
 * Splits the bytes of one connection into frames. Text frames of the size of an event are counted by their header alone; all others, and
 * every frame while `listensToEvents` is on, go to the listener as well.
 */
export class FrameReader {
  readonly #tally: Tally;
  readonly #listener: FrameListener;
  listensToEvents = true;
  /** The beginning of a frame whose rest has not arrived. */
  #rest: Buffer | undefined;
  /** Payload bytes still to come of a frame that is only counted. */
  #skip = 0;

  constructor(tally: Tally, listener: FrameListener) {
    this.#tally = tally;
    this.#listener = listener;
  }

  read(chunk: Buffer): void {
    const data = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]);
    this.#rest = undefined;
    let at = Math.min(this.#skip, data.length);
    this.#skip -= at;
    while (at < data.length) {
      const next = this.#readFrame(data, at);
      if (next === undefined) {
        this.#rest = Buffer.from(data.subarray(at));
        return;
      }
      this.#skip = Math.max(0, next - data.length);
      at = next;
    }
  }

  /** Where the next frame begins, possibly beyond the data; `undefined` when more of this frame is needed. */
  #readFrame(data: Buffer, at: number): number | undefined {
    const shortLength = (data[at + 1] ?? 0) & 0x7f;
    const headBytes = shortLength < 126 ? 2 : shortLength === 126 ? 4 : 10;
    const start = at + headBytes;
    if (start > data.length) return undefined;
    const length = payloadLength(data, at, shortLength);
    const opcode = (data[at] ?? 0) & 0x0f;
    const isEvent = opcode === opcodes.text && length >= eventBytesAtLeast;
    if (!isEvent || this.listensToEvents) {
      if (start + length > data.length) return undefined;
      this.#listener(opcode, data.subarray(start, start + length));
    }
    if (isEvent) {
      this.#tally.frames += 1;
      this.#tally.bytes += length;
    }
    return start + length;
  }
}

function payloadLength(data: Buffer, at: number, shortLength: number): number {
  if (shortLength < 126) return shortLength;
  return shortLength === 126 ? data.readUInt16BE(at + 2) : Number(data.readBigUInt64BE(at + 2));
}
