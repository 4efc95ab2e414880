import type { HttpRequest as UwsRequest, HttpResponse as UwsResponse } from 'uWebSockets.js';
import { STATUS_CODES } from 'node:http';
import type { Counters } from '../core/counters.ts';
import type { Log } from '../core/ports.ts';
import { failure, type HandleRequest, type HttpRequest, type HttpResponse } from '../http/message.ts';
import type { ServerLimits } from '../protocol/limits.ts';
import type { UwsApp } from './app.ts';

interface HttpOptions {
  readonly handle: HandleRequest;
  readonly limits: Pick<ServerLimits, 'httpBodyBytes' | 'httpBodyBytesInAll' | 'requestTimeoutSeconds'>;
  readonly counters: Pick<Counters, 'requestBytes'>;
  readonly log: Pick<Log, 'error'>;
}

/** A request whose body is still to come. */
type Arriving = { -readonly [Name in keyof HttpRequest]: HttpRequest[Name] };

const noBody = Buffer.alloc(0);

/** One request under way. The engine's response object must not be touched after it was answered or aborted. */
class Exchange {
  readonly startedAt: number;
  readonly request: Arriving;
  /** Whether the request has arrived completely, so that a delay is ours. */
  isComplete = false;
  readonly #res: UwsResponse;
  /** What has come of a body in several chunks, with room for more: hostile ones are of a byte each. */
  #arrived = noBody;
  #bytes = 0;
  #isOver = false;

  constructor(res: UwsResponse, request: Arriving, startedAt: number) {
    this.#res = res;
    this.request = request;
    this.startedAt = startedAt;
    res.onAborted(() => {
      this.#isOver = true;
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
  answer({ status, body, headers }: HttpResponse, closeConnection = false): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#res.cork(() => {
      if (status !== 200) this.#res.writeStatus(`${status} ${STATUS_CODES[status] ?? ''}`);
      this.#res.writeHeader('Content-Type', 'application/json');
      if (headers !== undefined) for (const [name, value] of Object.entries(headers)) this.#res.writeHeader(name, value);
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
    app.serve(({ routes }) => routes.any('/*', (res, req) => this.#begin(res, req)));
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

  #begin(res: UwsResponse, req: UwsRequest): void {
    const request: Arriving = {
      method: req.getCaseSensitiveMethod(),
      path: req.getUrl(),
      query: req.getQuery() ?? '', // undefined when there is no question mark
      idempotencyKey: req.getHeader('x-idempotency-key'),
      body: noBody,
    };
    const exchange = new Exchange(res, request, this.#now);
    this.#underWay.add(exchange);
    if (isAmbiguous(req)) return this.#end(exchange, failure(400, 'The length of the body is given twice'), true);
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
    const { handle, log } = this.#options;
    handle(exchange.request).then(
      (response) => this.#end(exchange, response),
      (fault: unknown) => {
        log.error({ err: fault, path: exchange.request.path }, 'a request could not be answered');
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
