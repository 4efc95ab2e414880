import type { Socket } from 'node:net';

/** Where the length of a frame stands, in bytes. */
const headerBytes = 4;
/** What waits is sent before the end of the tick when there is so much of it, in characters. */
const flushCharacters = 1024 * 1024;
/** A peer that announces more is not one of ours. */
const maxFrameBytes = 256 * 1024 * 1024;

export interface WireListener {
  /** Called for each message, in order. What it throws ends the wire. */
  message(message: unknown): void;
  /** The wire has ended, whoever ended it. Called once. */
  closed(): void;
}

/**
 * Messages as JSON between two processes of one machine, in order, each once, until the wire ends. Those of one tick share a frame: four bytes
 * of length and a JSON array.
 */
export class Wire {
  readonly #socket: Socket;
  readonly #listener: WireListener;
  #waiting: string[] = [];
  #waitingCharacters = 0;
  #isScheduled = false;
  #received: Buffer[] = [];
  #receivedBytes = 0;
  #isEnding = false;

  constructor(socket: Socket, listener: WireListener) {
    this.#socket = socket;
    this.#listener = listener;
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => listener.closed());
  }

  get isOpen(): boolean {
    return !this.#isEnding && !this.#socket.destroyed && this.#socket.writable;
  }

  /** What the peer has not read yet, as far as it is known here. */
  get unsentBytes(): number {
    return this.#socket.writableLength + this.#waitingCharacters;
  }

  send(message: unknown): void {
    this.sendText(JSON.stringify(message));
  }

  /** A message that is JSON already; one text can go to many. */
  sendText(message: string): void {
    if (!this.isOpen) return;
    this.#waiting.push(message);
    this.#waitingCharacters += message.length;
    if (this.#waitingCharacters >= flushCharacters) return this.flush();
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => this.flush());
  }

  flush(): void {
    this.#isScheduled = false;
    if (this.#waiting.length === 0 || !this.isOpen) return;
    const body = `[${this.#waiting.join(',')}]`;
    this.#waiting = [];
    this.#waitingCharacters = 0;
    const header = Buffer.allocUnsafe(headerBytes);
    header.writeUInt32BE(Buffer.byteLength(body));
    this.#socket.cork();
    this.#socket.write(header);
    this.#socket.write(body);
    this.#socket.uncork();
  }

  /** Sends what waits, then ends. */
  end(): void {
    this.flush();
    this.#isEnding = true;
    this.#socket.end();
  }

  /** Ends at once. */
  destroy(): void {
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    this.#received.push(chunk);
    this.#receivedBytes += chunk.length;
    try {
      for (let frame = this.#nextFrame(); frame !== undefined; frame = this.#nextFrame()) {
        const messages: unknown = JSON.parse(frame);
        if (!Array.isArray(messages)) throw new Error('a frame between workers is not a list');
        for (const message of messages) this.#listener.message(message);
      }
    } catch (error) {
      this.#socket.destroy();
      throw error; // our own processes wrote it: a bug
    }
  }

  #nextFrame(): string | undefined {
    if (this.#receivedBytes < headerBytes) return undefined;
    const first = this.#joined(headerBytes);
    const length = first.readUInt32BE();
    if (length > maxFrameBytes) throw new Error('a frame between workers is too large');
    const end = headerBytes + length;
    if (this.#receivedBytes < end) return undefined;
    const bytes = this.#joined(end);
    this.#received = bytes.length === end ? this.#received.slice(1) : [bytes.subarray(end), ...this.#received.slice(1)];
    this.#receivedBytes -= end;
    return bytes.toString('utf8', headerBytes, end);
  }

  /** The first chunk, joined with those after it until it has so many bytes. */
  #joined(bytes: number): Buffer {
    const [first] = this.#received;
    if (first !== undefined && first.length >= bytes) return first;
    const all = Buffer.concat(this.#received);
    this.#received = [all];
    return all;
  }
}
