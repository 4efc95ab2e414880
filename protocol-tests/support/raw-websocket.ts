import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import type { Target } from './target.ts';

/** One WebSocket frame (RFC 6455, section 5.2), with whatever is wrong about it. */
export interface RawFrame {
  readonly opcode: number;
  readonly payload?: string | Uint8Array;
  /** True by default. */
  readonly fin?: boolean;
  /** The three reserved bits, 0 to 7; 0 by default. */
  readonly reserved?: number;
  /** Clients must; true by default. */
  readonly masked?: boolean;
  /** Written instead of the length of the payload. */
  readonly statedLength?: number;
}

/** A frame from the server. */
export interface ReceivedFrame {
  readonly opcode: number;
  readonly fin: boolean;
  readonly reserved: number;
  readonly masked: boolean;
  readonly payload: Buffer;
}

export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** The connection ended without another frame. */
export const cut = 'cut';

/** A WebSocket of which a test writes every bit. Ends with the test that opened it. */
export class RawWebSocket {
  readonly #socket: Socket;
  #received: Buffer;
  #isEnded = false;
  #wake: () => void = () => {};

  private constructor(socket: Socket, received: Buffer) {
    this.#socket = socket;
    this.#received = received;
    socket.on('data', (chunk) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#wake();
    });
    socket.on('error', () => {}); // `close` follows
    socket.on('close', () => {
      this.#isEnded = true;
      this.#wake();
    });
  }

  /** Upgrades, and reads `connection_established`. */
  static async open(target: Target): Promise<RawWebSocket> {
    const url = new URL(target.wsUrl());
    const socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true });
    onTestFinished(() => void socket.destroy());
    const key = randomBytes(16).toString('base64');
    const upgrade = `Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}`;
    socket.write(`GET ${url.pathname}${url.search} HTTP/1.1\r\nHost: ${url.host}\r\n${upgrade}\r\n\r\n`);
    const rest = await readHead(socket);
    const client = new RawWebSocket(socket, rest);
    await client.next();
    return client;
  }

  send(frame: RawFrame): void {
    this.#socket.write(encodeFrame(frame));
  }

  /** Sends bytes that need not be frames. */
  sendBytes(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** Says that nothing more comes; what arrives can still be read. */
  end(): void {
    this.#socket.end();
  }

  /** Sends bytes one by one, each in a segment of its own as far as the system allows. */
  async sendSlowly(frame: RawFrame): Promise<void> {
    for (const byte of encodeFrame(frame)) {
      this.#socket.write(Uint8Array.of(byte));
      await new Promise((done) => setImmediate(done));
    }
  }

  /** The next frame, or `cut`. */
  async next(): Promise<ReceivedFrame | typeof cut> {
    for (;;) {
      const parsed = parseFrame(this.#received);
      if (parsed !== undefined) {
        this.#received = this.#received.subarray(parsed.length);
        return parsed.frame;
      }
      if (this.#isEnded) return cut;
      await new Promise<void>((done) => {
        this.#wake = done;
      });
    }
  }

  /** The next text as JSON. */
  async nextJson(): Promise<unknown> {
    const frame = await this.next();
    if (frame === cut || frame.opcode !== opcodes.text) throw new Error(`This is no text: ${JSON.stringify(frame)}`);
    return JSON.parse(frame.payload.toString());
  }

  /** The code with which the server ends the connection: of its close frame, or 1006 without one. What it sends before is skipped. */
  async ending(): Promise<number> {
    for (;;) {
      const frame = await this.next();
      if (frame === cut) return 1006;
      if (frame.opcode === opcodes.close) return frame.payload.length >= 2 ? frame.payload.readUInt16BE() : 1005;
    }
  }
}

function readHead(socket: Socket): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    const onData = (chunk: Buffer): void => {
      received = Buffer.concat([received, chunk]);
      const end = received.indexOf('\r\n\r\n');
      if (end < 0) return;
      socket.off('data', onData);
      socket.off('error', reject);
      if (received.toString('latin1').startsWith('HTTP/1.1 101 ')) resolve(received.subarray(end + 4));
      else reject(new Error(received.toString('latin1')));
    };
    socket.on('data', onData);
    socket.on('error', reject);
  });
}

export function encodeFrame({ opcode, payload = '', fin = true, reserved = 0, masked = true, statedLength }: RawFrame): Buffer {
  const body = Buffer.from(payload);
  const length = statedLength ?? body.length;
  const first = (fin ? 0x80 : 0) | (reserved << 4) | opcode;
  const maskBit = masked ? 0x80 : 0;
  let head: Buffer;
  if (length < 126) head = Buffer.from([first, maskBit | length]);
  else if (length < 65_536) head = Buffer.from([first, maskBit | 126, length >> 8, length & 0xff]);
  else {
    head = Buffer.alloc(10);
    head.set([first, maskBit | 127]);
    head.writeBigUInt64BE(BigInt(length), 2);
  }
  if (!masked) return Buffer.concat([head, body]);
  const mask = randomBytes(4);
  return Buffer.concat([head, mask, body.map((byte, index) => byte ^ (mask[index % 4] as number))]);
}

function parseFrame(bytes: Buffer): { readonly frame: ReceivedFrame; readonly length: number } | undefined {
  const [first, second] = bytes;
  if (first === undefined || second === undefined) return undefined;
  const short = second & 0x7f;
  const headLength = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (bytes.length < headLength) return undefined;
  const size = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  if (bytes.length < headLength + size) return undefined;
  const payload = bytes.subarray(headLength, headLength + size);
  const frame = { opcode: first & 0xf, fin: (first & 0x80) !== 0, reserved: (first >> 4) & 7, masked: (second & 0x80) !== 0, payload };
  return { frame, length: headLength + size };
}
