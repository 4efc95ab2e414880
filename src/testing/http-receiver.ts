import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** A request as it arrived. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The client's end of the TCP connection: equal for requests that shared one. */
  readonly clientPort: number;
}

/** What the receiver does with a request. `attempt` counts from 1. */
export type Behaviour = (response: ServerResponse, request: ReceivedRequest, attempt: number) => void;

interface Behaviours {
  readonly accept: Behaviour;
  readonly answer: (status: number, body?: string) => Behaviour;
  readonly redirectTo: (location: string) => Behaviour;
  /** Never answers. */
  readonly stall: Behaviour;
  /** Accepts, and never ends its answer. */
  readonly stallAfterHeaders: Behaviour;
  /** Accepts, with a body that goes on until the client has had enough. */
  readonly answerWithoutEnd: Behaviour;
  readonly reset: Behaviour;
}

export const behaviours: Behaviours = {
  accept: (response) => response.end(),
  answer: (status, body) => (response) => response.writeHead(status).end(body),
  redirectTo: (location) => (response) => response.writeHead(302, { location }).end(),
  stall: () => undefined,
  stallAfterHeaders: (response) => response.writeHead(200, { 'content-length': 100 }).write('x'),
  answerWithoutEnd(response) {
    const write = (): void => {
      while (!response.destroyed && response.write('x'.repeat(65_536)));
    };
    response.on('drain', write);
    write();
  },
  reset: (response) => response.socket?.resetAndDestroy(),
};

/** PEM texts. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** A real HTTP server for webhooks, that behaves as badly as a test wants. Listens on 127.0.0.1. */
export class HttpReceiver {
  readonly requests: ReceivedRequest[] = [];
  behave: Behaviour = behaviours.accept;
  readonly #server: Server;
  readonly #scheme: string;
  readonly #waiting: { readonly count: number; readonly done: () => void }[] = [];

  private constructor(certificate: Certificate | undefined) {
    const receive = (request: IncomingMessage, response: ServerResponse): void => void this.#receive(request, response);
    this.#scheme = certificate === undefined ? 'http' : 'https';
    this.#server = certificate === undefined ? createServer(receive) : createTlsServer(certificate, receive);
  }

  /** With a certificate it speaks https. */
  static async open(certificate?: Certificate): Promise<HttpReceiver> {
    const receiver = new HttpReceiver(certificate);
    receiver.#server.listen(0, '127.0.0.1');
    await once(receiver.#server, 'listening');
    return receiver;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  url(path = '/hook'): string {
    return `${this.#scheme}://127.0.0.1:${this.port}${path}`;
  }

  /** Resolves once so many requests have arrived in all. */
  async received(count: number): Promise<readonly ReceivedRequest[]> {
    if (this.requests.length < count) await new Promise<void>((done) => this.#waiting.push({ count, done }));
    return this.requests;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #receive(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk);
    const { method = '', url: path = '', headers, socket } = message;
    const request = { method, path, headers, body: Buffer.concat(chunks).toString(), clientPort: socket.remotePort ?? 0 };
    this.requests.push(request);
    this.behave(response, request, this.requests.length);
    for (const { count, done } of this.#waiting) if (this.requests.length >= count) done();
  }
}
