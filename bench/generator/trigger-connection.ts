import type { Socket } from 'node:net';
import type { Address } from './client.ts';
import { connectTo } from './connect.ts';

/** One kept-alive HTTP connection with at most one request under way. */
export class TriggerConnection {
  readonly #socket: Socket;
  readonly #onAnswer: (connection: TriggerConnection) => void;
  #text = '';

  /** `onAnswer` is called after each 200, `onFault` for anything else. */
  constructor(address: Address, onAnswer: (connection: TriggerConnection) => void, onFault: (fault: Error) => void) {
    this.#onAnswer = onAnswer;
    this.#socket = connectTo(address);
    this.#socket.setEncoding('latin1');
    this.#socket.on('data', (text: string) => this.#onText(text, onFault));
    this.#socket.once('error', onFault);
    this.#socket.once('close', () => onFault(new Error('The server closed a publisher')));
  }

  post(request: Buffer): void {
    this.#socket.write(request);
  }

  close(): void {
    this.#socket.removeAllListeners('close');
    this.#socket.destroy();
  }

  #onText(text: string, onFault: (fault: Error) => void): void {
    this.#text += text;
    const headEnd = this.#text.indexOf('\r\n\r\n');
    if (headEnd < 0) return;
    const bodyBytes = Number(/content-length: *(\d+)/i.exec(this.#text)?.[1] ?? 0);
    if (this.#text.length < headEnd + 4 + bodyBytes) return;
    const answer = this.#text;
    this.#text = '';
    if (answer.startsWith('HTTP/1.1 200')) this.#onAnswer(this);
    else onFault(new Error(`A trigger was refused: ${answer}`));
  }
}

/** The bytes of a POST that can be sent any number of times. */
export function encodePost({ host, port }: Address, pathAndQuery: string, body: string): Buffer {
  const head = `POST ${pathAndQuery} HTTP/1.1\r\nHost: ${host}:${port}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
  return Buffer.from(head + body);
}
