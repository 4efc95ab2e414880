import type { Socket } from 'node:net';
import { connectTo } from './connect.ts';
import { encodeFrame, FrameReader, opcodes, type Tally } from './frame.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
  /** TLS; whoever signed the certificate is believed. */
  readonly isSecure?: boolean;
}

/** Receives an event as raw bytes, valid during the call only. */
export type EventListener = (payload: Buffer) => void;

const handshake = (path: string, { host, port }: Address): string =>
  `GET ${path} HTTP/1.1\r\nHost: ${host}:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
  'Sec-WebSocket-Key: Y2xhcmlvbi1iZW5jaC1rZXk=\r\nSec-WebSocket-Version: 13\r\n\r\n';

const headEnd = Buffer.from('\r\n\r\n');
const pingMark = Buffer.from('"pusher:ping"');
const pongFrame = encodeFrame(opcodes.text, '{"event":"pusher:pong","data":{}}');

/** Where a client waits for a frame with a certain beginning of its event name. */
interface Waiter {
  readonly mark: Buffer;
  readonly settle: (payload: string) => void;
  readonly fail: (fault: Error) => void;
}

/** What all clients of a process share, so that reading a frame allocates nothing. */
export interface Surroundings {
  readonly path: string;
  readonly tally: Tally;
  readonly readBuffer: Buffer;
  /** Called after every read. */
  readonly onRead: () => void;
  /** Called when a connection ends that was not closed from here. */
  readonly onLost: (fault: Error) => void;
}

/** One WebSocket connection over plain TCP. */
export class Client {
  readonly #surroundings: Surroundings;
  readonly #socket: Socket;
  readonly #reader: FrameReader;
  #head: Buffer | undefined = Buffer.alloc(0);
  #waiter: Waiter | undefined;
  #eventListener: EventListener | undefined;
  #isClosed = false;
  socketId = '';

  constructor(address: Address, surroundings: Surroundings) {
    this.#surroundings = surroundings;
    this.#reader = new FrameReader(surroundings.tally, (opcode, payload) => this.#onFrame(opcode, payload));
    const { readBuffer } = surroundings;
    this.#socket = connectTo(address, {
      buffer: readBuffer,
      callback: (bytes) => {
        this.#onBytes(readBuffer.subarray(0, bytes));
        return true;
      },
    });
    this.#socket.write(handshake(surroundings.path, address));
    this.#socket.once('error', (fault) => this.#onEnd(fault));
    this.#socket.once('close', () => this.#onEnd(new Error('The server closed a connection')));
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Resolves with `connection_established`. */
  async established(): Promise<void> {
    const frame = await this.waitFor('pusher:connection_established');
    this.socketId = /\d+\.\d+/.exec(frame)?.[0] ?? '';
  }

  async subscribe(channel: string, auth: string, channelData?: string): Promise<void> {
    const succeeded = this.waitFor('pusher_internal:subscription_succeeded');
    this.sendText(JSON.stringify({ event: 'pusher:subscribe', data: { channel, auth, channel_data: channelData } }));
    await succeeded;
  }

  /** Resolves with the next frame of this event. One call at a time. */
  waitFor(event: string): Promise<string> {
    this.#reader.listensToEvents = true;
    return new Promise((settle, fail) => {
      this.#waiter = { mark: Buffer.from(`"${event}"`), settle, fail };
    });
  }

  /** From now on frames are only counted, or also handed to a listener. */
  count(listener?: EventListener): void {
    this.#eventListener = listener;
    this.#reader.listensToEvents = listener !== undefined;
  }

  sendText(text: string): void {
    this.send(encodeFrame(opcodes.text, text));
  }

  send(frame: Buffer): void {
    this.#socket.write(frame);
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  close(): void {
    this.#isClosed = true;
    this.#socket.destroy();
  }

  #onBytes(bytes: Buffer): void {
    if (this.#head === undefined) this.#reader.read(bytes);
    else this.#onHandshake(Buffer.concat([this.#head, bytes]));
    this.#surroundings.onRead();
  }

  #onHandshake(head: Buffer): void {
    this.#head = head;
    const end = head.indexOf(headEnd);
    if (end < 0) return;
    this.#head = undefined;
    const answer = head.toString('latin1', 0, end);
    if (!answer.startsWith('HTTP/1.1 101')) return this.#onEnd(new Error(`The upgrade was refused: ${answer}`));
    this.#reader.read(head.subarray(end + headEnd.length));
  }

  #onFrame(opcode: number, payload: Buffer): void {
    if (opcode === opcodes.ping) return this.send(encodeFrame(opcodes.pong, payload));
    if (opcode !== opcodes.text) return;
    if (payload.includes(pingMark)) return this.send(pongFrame);
    if (this.#waiter !== undefined) return this.#onAwaited(payload, this.#waiter);
    this.#eventListener?.(payload);
  }

  #onAwaited(payload: Buffer, { mark, settle, fail }: Waiter): void {
    const isAwaited = payload.includes(mark);
    if (!isAwaited && !isRefusal(payload)) return;
    this.#waiter = undefined;
    this.#reader.listensToEvents = this.#eventListener !== undefined;
    if (isAwaited) settle(payload.toString());
    else fail(new Error(`Refused: ${payload.toString()}`));
  }

  #onEnd(fault: Error): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.destroy();
    this.#waiter?.fail(fault);
    this.#surroundings.onLost(fault);
  }
}

function isRefusal(payload: Buffer): boolean {
  return payload.includes('"pusher:error"') || payload.includes('"pusher:subscription_error"');
}
