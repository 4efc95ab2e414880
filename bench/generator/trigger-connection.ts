import type { Socket } from 'node:net';
import type { Address } from './client.ts';
import { connectTo } from './connect.ts';

/**
 * One HTTP connection with at most one request under way: kept alive, or renewed where a server closes it after an answer.
 */
export class TriggerConnection {
  readonly #address: Address;
  readonly #onAnswer: (connection: TriggerConnection) => void;
  readonly #onFault: (fault: Error) => void;
  #socket: Socket | undefined;
  /** Sent, and not answered yet. */
  #request: Buffer | undefined;
  /** Answers that came over this socket. */
  #answers = 0;
  #text = '';

  /** `onAnswer` is called after each 200, `onFault` for anything else. */
  constructor(address: Address, onAnswer: (connection: TriggerConnection) => void, onFault: (fault: Error) => void) {
    this.#address = address;
    this.#onAnswer = onAnswer;
    this.#onFault = onFault;
    this.#socket = this.#connect();
  }

  post(request: Buffer): void {
    this.#request = request;
    this.#socket ??= this.#connect();
    this.#socket.write(request);
  }

  close(): void {
    this.#socket?.removeAllListeners('close');
    this.#socket?.destroy();
  }

  #connect(): Socket {
    let fault = new Error('The server closed a publisher');
    const socket = connectTo(this.#address).setEncoding('latin1');
    socket.on('data', (text: unknown) => this.#onText(String(text)));
    socket.once('error', (error) => {
      fault = error;
    });
    socket.once('close', () => this.#onEnd(fault));
    return socket;
  }

  /** A server may close a connection that it has answered on. What was sent meanwhile it has not read. */
  #onEnd(fault: Error): void {
    this.#socket = undefined;
    const mayClose = this.#answers > 0;
    this.#answers = 0;
    this.#text = '';
    if (!mayClose) this.#onFault(fault);
    else if (this.#request !== undefined) this.post(this.#request);
  }

  #onText(text: string): void {
    this.#text += text;
    if (!isComplete(this.#text)) return;
    const answer = this.#text;
    this.#text = '';
    this.#request = undefined;
    this.#answers += 1;
    if (answer.startsWith('HTTP/1.1 200')) this.#onAnswer(this);
    else this.#onFault(new Error(`A trigger was refused: ${answer}`));
  }
}

function isComplete(text: string): boolean {
  const headEnd = text.indexOf('\r\n\r\n');
  if (headEnd < 0) return false;
  const bodyBytes = /content-length: *(\d+)/i.exec(text)?.[1];
  if (bodyBytes !== undefined) return text.length >= headEnd + 4 + Number(bodyBytes);
  return !/transfer-encoding: *chunked/i.test(text) || text.endsWith('\r\n0\r\n\r\n');
}

/** The bytes of a POST that can be sent any number of times. */
export function encodePost({ host, port }: Address, pathAndQuery: string, body: string): Buffer {
  const head = `POST ${pathAndQuery} HTTP/1.1\r\nHost: ${host}:${port}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
  return Buffer.from(head + body);
}
