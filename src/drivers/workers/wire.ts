import type { Socket } from 'node:net';

/** Where the length of a frame stands, in bytes. */
const headerBytes = 4;
/** What waits is sent before the end of the tick when there is so much of it, in characters. */
const flushCharacters = 1024 * 1024;
/** Of one message. With what waits before it, and as UTF-8, it is always less than a frame may be. */
const maxMessageCharacters = 64 * 1024 * 1024;
/** A peer that announces more is not one of ours. */
const maxFrameBytes = 256 * 1024 * 1024;

export interface WireListener {
  /** Called for each message, in order. What it throws ends the wire. */
  message(message: unknown): void;
  /** The wire has ended, whoever ended it. Called once. */
  closed(): void;
  /** The peer has taken everything. */
  drained?(): void;
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
  /** Bodies of frames that wait for the one before them to be taken. */
  readonly #frames: string[] = [];
  #unsentCharacters = 0;
  #isWriting = false;
  #framesTaken = 0;
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
    return this.#socket.writableLength + this.#unsentCharacters + this.#waitingCharacters;
  }

  /** How many frames the peer has taken so far. */
  get framesTaken(): number {
    return this.#framesTaken;
  }

  send(message: unknown): void {
    this.sendText(JSON.stringify(message));
  }

  /** A message that is JSON already; one text can go to many. Throws when it is too large. */
  sendText(message: string): void {
    if (message.length > maxMessageCharacters) throw new Error('a message between workers is too large');
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
    this.#frames.push(body);
    this.#unsentCharacters += body.length;
    if (!this.#isWriting) this.#write();
  }

  /** Sends what waits, then ends. */
  end(): void {
    this.flush();
    this.#isEnding = true;
    while (this.#frames.length > 0) this.#write();
    this.#socket.end();
  }

  /** Takes no more messages than are here already, until `resume`. Meanwhile the end of the peer may go unnoticed. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Ends at once. */
  destroy(): void {
    this.#socket.destroy();
  }

  /** One frame after the other, so that it is seen when the peer takes one. */
  #write(): void {
    const body = this.#frames.shift();
    if (body === undefined) return;
    this.#unsentCharacters -= body.length;
    this.#isWriting = true;
    const header = Buffer.allocUnsafe(headerBytes);
    header.writeUInt32BE(Buffer.byteLength(body));
    this.#socket.cork();
    this.#socket.write(header);
    this.#socket.write(body, () => this.#written());
    this.#socket.uncork();
  }

  #written(): void {
    if (this.#socket.destroyed) return;
    this.#framesTaken += 1;
    this.#isWriting = false;
    if (this.#frames.length > 0) this.#write();
    else this.#listener.drained?.();
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
