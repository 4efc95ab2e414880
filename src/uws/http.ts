import type { HttpRequest as UwsRequest, HttpResponse as UwsResponse } from 'uWebSockets.js';
import { STATUS_CODES } from 'node:http';
import type { Log } from '../core/ports.ts';
import { failure, type HandleRequest, type HttpRequest, type HttpResponse } from '../http/message.ts';
import type { ServerLimits } from '../protocol/limits.ts';
import type { UwsApp } from './app.ts';

interface HttpOptions {
  readonly handle: HandleRequest;
  readonly limits: Pick<ServerLimits, 'httpBodyBytes' | 'requestTimeoutSeconds'>;
  readonly log: Pick<Log, 'error'>;
}

type Head = Omit<HttpRequest, 'body'>;

/** One request under way. The engine's response object must not be touched after it was answered or aborted. */
class Exchange {
  readonly startedAt: number;
  /** Whether the request has arrived completely, so that a delay is ours. */
  isComplete = false;
  readonly #res: UwsResponse;
  #isOver = false;

  constructor(res: UwsResponse, startedAt: number) {
    this.#res = res;
    this.startedAt = startedAt;
    res.onAborted(() => {
      this.#isOver = true;
    });
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** The status goes first: the engine fixes it with the first header. */
  answer({ status, body, headers }: HttpResponse, closeConnection = false): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#res.cork(() => {
      this.#res.writeStatus(`${status} ${STATUS_CODES[status] ?? ''}`);
      this.#res.writeHeader('Content-Type', 'application/json');
      for (const [name, value] of Object.entries(headers ?? {})) this.#res.writeHeader(name, value);
      this.#res.end(body, closeConnection);
    });
  }
}

/** Hands every plain HTTP request to `handle`, with bodies and times that have a limit. */
export class UwsHttp {
  readonly #options: HttpOptions;
  readonly #underWay = new Set<Exchange>();
  /** Seconds, coarse: requests only copy it. */
  #now = 0;

  constructor({ routes }: UwsApp, options: HttpOptions) {
    this.#options = options;
    routes.any('/*', (res, req) => this.#begin(res, req));
  }

  /** Called once a second: answers what takes too long. */
  tick(): void {
    this.#now += 1;
    for (const exchange of this.#underWay) {
      if (exchange.isOver) this.#underWay.delete(exchange);
      else if (this.#now - exchange.startedAt > this.#options.limits.requestTimeoutSeconds) {
        this.#end(exchange, exchange.isComplete ? failure(503, 'The answer took too long') : failure(408, 'The request took too long'), true);
      }
    }
  }

  #begin(res: UwsResponse, req: UwsRequest): void {
    const head: Head = {
      method: req.getCaseSensitiveMethod(),
      path: req.getUrl(),
      query: req.getQuery() ?? '', // undefined when there is no question mark
      idempotencyKey: req.getHeader('x-idempotency-key'),
    };
    const exchange = new Exchange(res, this.#now);
    this.#underWay.add(exchange);
    if (isAmbiguous(req)) return this.#end(exchange, failure(400, 'The length of the body is given twice'), true);
    this.#readBody(res, exchange, (body) => this.#handle(exchange, { ...head, body }));
  }

  /** The engine's chunks are only valid within the call, so they are copied. */
  #readBody(res: UwsResponse, exchange: Exchange, done: (body: Buffer) => void): void {
    const { httpBodyBytes } = this.#options.limits;
    const chunks: Buffer[] = [];
    let bytes = 0;
    res.onData((chunk, isLast) => {
      if (exchange.isOver) return;
      bytes += chunk.byteLength;
      if (bytes > httpBodyBytes) return this.#end(exchange, failure(413, `The body is larger than ${httpBodyBytes} bytes`), true);
      if (chunk.byteLength > 0) chunks.push(Buffer.copyBytesFrom(new Uint8Array(chunk)));
      if (!isLast) return;
      exchange.isComplete = true;
      done(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks));
    });
  }

  #handle(exchange: Exchange, request: HttpRequest): void {
    const { handle, log } = this.#options;
    handle(request).then(
      (response) => this.#end(exchange, response),
      (fault: unknown) => {
        log.error({ err: fault, path: request.path }, 'a request could not be answered');
        this.#end(exchange, failure(500, 'Internal server error'));
      },
    );
  }

  #end(exchange: Exchange, response: HttpResponse, closeConnection = false): void {
    this.#underWay.delete(exchange);
    exchange.answer(response, closeConnection);
  }
}

/** The engine heeds one length and ignores the other, which is how requests are smuggled past a proxy that does the opposite. */
function isAmbiguous(req: UwsRequest): boolean {
  let lengths = 0;
  req.forEach((name) => {
    if (name === 'content-length' || name === 'transfer-encoding') lengths += 1;
  });
  return lengths > 1;
}
