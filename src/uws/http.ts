import type { HttpRequest as UwsRequest, HttpResponse as UwsResponse } from 'uWebSockets.js';
import { STATUS_CODES } from 'node:http';
import type { Counters } from '../core/counters.ts';
import type { Log } from '../core/ports.ts';
import type { TrustedProxies } from '../core/remote-address.ts';
import type { Traffic } from '../core/traffic.ts';
import { type Caller, failure, type HandleRequest, type HttpRequest, type HttpResponse } from '../http/message.ts';
import type { ServerLimits } from '../protocol/limits.ts';
import type { UwsApp } from './app.ts';
import { readCaller } from './arrival.ts';
import { UwsLineWriter } from './line-writer.ts';
import { readHeaders } from './request-headers.ts';

interface HttpOptions {
  readonly handle: HandleRequest;
  /** Answers what is below `/auth`. */
  readonly handleAuth: HandleRequest;
  /** Whether the server has begun to stop: then no connection is kept for another request, which a proxy would lose with it. */
  readonly isDraining: () => boolean;
  /** In front of `/auth`; requests that a proxy has stripped of it are served too. */
  readonly prefix: string;
  readonly proxies: TrustedProxies;
  /** Whether this process itself does TLS. */
  readonly hasTls: boolean;
  readonly limits: Pick<ServerLimits, 'httpBodyBytes' | 'httpBodyBytesInAll' | 'requestTimeoutSeconds'>;
  readonly counters: Pick<Counters, 'requestBytes'>;
  readonly log: Pick<Log, 'error'>;
  readonly traffic: Pick<Traffic, 'answered'>;
  /** Is told of every answer that refuses a request; returns the id under which it is known. */
  readonly refused: (request: HttpRequest, response: HttpResponse) => string;
}

/** A request whose body is still to come. */
type Arriving = { -readonly [Name in keyof HttpRequest]: HttpRequest[Name] };

const noBody = Buffer.alloc(0);

/** One request under way. The engine's response object must not be touched after it was answered or aborted. */
class Exchange {
  readonly startedAt: number;
  readonly request: Arriving;
  readonly handle: HandleRequest;
  /** Whether the request has arrived completely, so that a delay is ours. */
  isComplete = false;
  readonly #res: UwsResponse;
  /** What has come of a body in several chunks, with room for more: hostile ones are of a byte each. */
  #arrived = noBody;
  #bytes = 0;
  #isOver = false;
  /** An answer that goes on. */
  #lines: UwsLineWriter | undefined;

  constructor(res: UwsResponse, request: Arriving, handle: HandleRequest, startedAt: number) {
    this.#res = res;
    this.request = request;
    this.handle = handle;
    this.startedAt = startedAt;
    res.onAborted(() => {
      this.#isOver = true;
      this.#lines?.gone();
    });
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Memory for a body that has come in several chunks. */
  get heldBytes(): number {
    return this.#arrived.length;
  }

  /** Takes a part of the body, which the engine only lends. Returns the size so far, in bytes. */
  add(chunk: ArrayBuffer, isLast: boolean): number {
    const part = new Uint8Array(chunk);
    if (isLast && this.#bytes === 0) this.request.body = Buffer.from(part);
    else {
      if (this.#bytes + part.length > this.#arrived.length) this.#grow(2 * (this.#bytes + part.length));
      this.#arrived.set(part, this.#bytes);
      if (isLast) this.request.body = this.#arrived.subarray(0, this.#bytes + part.length);
    }
    this.#bytes += part.length;
    this.isComplete = isLast;
    return this.#bytes;
  }

  #grow(bytes: number): void {
    const larger = Buffer.alloc(bytes);
    this.#arrived.copy(larger, 0, 0, this.#bytes);
    this.#arrived = larger;
  }

  /** The status goes first: the engine fixes it with the first header. */
  answer({ status, body, headers, cookies, lines }: HttpResponse, closeConnection = false): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#res.cork(() => {
      if (status !== 200) this.#res.writeStatus(`${status} ${STATUS_CODES[status] ?? ''}`);
      if (this.request.requestId !== undefined) this.#res.writeHeader('X-Request-Id', this.request.requestId);
      if (lines !== undefined) {
        this.#lines = new UwsLineWriter(this.#res, lines);
        return;
      }
      this.#res.writeHeader('Content-Type', 'application/json');
      if (headers !== undefined) for (const [name, value] of Object.entries(headers)) this.#res.writeHeader(name, value);
      if (cookies !== undefined) for (const cookie of cookies) this.#res.writeHeader('Set-Cookie', cookie);
      if (this.request.method !== 'HEAD') this.#res.end(body, closeConnection);
      else this.#endHead(Buffer.byteLength(body));
    });
  }

  /**
   * A body would be read as the next answer. Given any argument, the engine's own method leaves the answer open; given a header instead, it
   * is right.
   */
  #endHead(bytes: number): void {
    this.#res.writeHeader('Content-Length', String(bytes));
    this.#res.endWithoutBody();
  }
}

/** Hands every plain HTTP request to `handle`, with bodies and times that have a limit. */
export class UwsHttp {
  readonly #options: HttpOptions;
  readonly #underWay = new Set<Exchange>();
  /** Seconds, coarse: requests only copy it. */
  #now = 0;
  /** Of bodies that are still arriving; what has ended since the last tick is included. */
  #heldBytes = 0;

  constructor(app: UwsApp, options: HttpOptions) {
    this.#options = options;
    const { handle, handleAuth, prefix, proxies, hasTls } = options;
    app.serve(({ routes }) => {
      routes.any('/*', (res, req) => this.#begin(res, req, handle));
      for (const path of new Set(['', prefix])) {
        routes.any(`${path}/auth/*`, (res, req) => this.#begin(res, req, handleAuth, readCaller(res, req, proxies, hasTls)));
      }
    });
  }

  /** Called once a second: answers what takes too long. */
  tick(): void {
    this.#now += 1;
    this.#heldBytes = 0;
    for (const exchange of this.#underWay) {
      if (exchange.isOver) this.#underWay.delete(exchange);
      else if (this.#now - exchange.startedAt > this.#options.limits.requestTimeoutSeconds) {
        this.#end(exchange, exchange.isComplete ? failure(503, 'The answer took too long') : failure(408, 'The request took too long'), true);
      } else this.#heldBytes += exchange.heldBytes;
    }
  }

  #begin(res: UwsResponse, req: UwsRequest, handle: HandleRequest, caller?: Caller): void {
    const headers = readHeaders(req);
    const request: Arriving = {
      method: req.getCaseSensitiveMethod(),
      path: req.getUrl(),
      query: req.getQuery() ?? '', // undefined when there is no question mark
      idempotencyKey: headers.idempotencyKey,
      requestId: headers.requestId,
      trace: headers.trace,
      body: noBody,
      route: undefined,
      caller,
    };
    const exchange = new Exchange(res, request, handle, this.#now);
    this.#underWay.add(exchange);
    if (headers.isAmbiguous) return this.#end(exchange, failure(400, 'The length of the body is given twice'), true);
    res.onData((chunk, isLast) => this.#read(exchange, chunk, isLast));
  }

  #read(exchange: Exchange, chunk: ArrayBuffer, isLast: boolean): void {
    if (exchange.isOver) return;
    const { counters, limits } = this.#options;
    const heldBefore = exchange.heldBytes;
    const bytes = exchange.add(chunk, isLast);
    this.#heldBytes += exchange.heldBytes - heldBefore;
    if (bytes > limits.httpBodyBytes) {
      this.#end(exchange, failure(413, `The body is larger than ${limits.httpBodyBytes} bytes`), true);
    } else if (isLast) this.#handle(exchange);
    else if (this.#heldBytes > limits.httpBodyBytesInAll) {
      counters.requestBytes += 1;
      this.#end(exchange, failure(503, 'Too many large requests are arriving'), true);
    }
  }

  #handle(exchange: Exchange): void {
    const { log } = this.#options;
    const response = exchange.handle(exchange.request);
    if (!(response instanceof Promise)) return this.#end(exchange, response);
    response.then(
      (response) => this.#end(exchange, response),
      (fault: unknown) => {
        log.error({ err: fault, path: exchange.request.path }, 'a request could not be answered');
        this.#end(exchange, failure(500, 'Internal server error'));
      },
    );
  }

  #end(exchange: Exchange, response: HttpResponse, closeConnection = false): void {
    this.#underWay.delete(exchange);
    if (exchange.isOver) return;
    this.#options.traffic.answered(exchange.request.route ?? (exchange.isComplete ? 'unknown' : 'incomplete'), response.status);
    if (response.status >= 400 && response.isReport !== true) exchange.request.requestId = this.#options.refused(exchange.request, response);
    exchange.answer(response, closeConnection || this.#options.isDraining());
  }
}
