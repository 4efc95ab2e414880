import type { Transport } from '../core/admit.ts';
import type { Awaitable } from '../core/awaitable.ts';
import type { OpenFeed } from '../core/live-feed.ts';
import type { Remote } from '../core/remote-address.ts';
import type { TraceContext } from '../protocol/trace-context.ts';

/** Who calls, and the headers of browsers; empty when absent. */
export interface Caller {
  readonly remote: Remote;
  readonly transport: Transport;
  readonly authorization: string;
  readonly cookie: string;
  readonly origin: string;
  readonly contentType: string;
  readonly csrfToken: string;
}

/** A request that has arrived completely. */
export interface HttpRequest {
  /** Upper case. */
  readonly method: string;
  /** As sent, without the query: signatures cover these bytes. */
  readonly path: string;
  /** As sent, without `?`. */
  readonly query: string;
  /** The `X-Idempotency-Key` header, empty when absent. */
  readonly idempotencyKey: string;
  /** The `X-Request-Id` header, if it is fit to be repeated: the answer has it too. */
  readonly requestId?: string | undefined;
  /** Whose work the request is part of, if its headers say so. */
  readonly trace?: TraceContext | undefined;
  readonly body: Buffer;
  /** The pattern of the path, written by the router that knows it: requests are counted by it. */
  route?: string | undefined;
  /** Read for `/auth` alone: everywhere else headers cost time and say nothing. */
  readonly caller?: Caller | undefined;
}

export interface HttpResponse {
  readonly status: number;
  /** JSON text; never empty, because some SDKs parse it whatever the status. */
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whole `Set-Cookie` headers. */
  readonly cookies?: readonly string[];
  /** The status says how the server is; the request was no worse for it. */
  readonly isReport?: boolean;
  /** Instead of the body: an answer that goes on, as lines. */
  readonly lines?: OpenFeed;
}

/** Answers every request; never throws or rejects. */
export type HandleRequest = (request: HttpRequest) => Awaitable<HttpResponse>;

export function ok(body: string): HttpResponse {
  return { status: 200, body };
}

/** An error in the form that every SDK shows: a real status and a JSON text (protocol clause 5.3). */
export function failure(status: number, error: string, headers?: Readonly<Record<string, string>>): HttpResponse {
  const body = JSON.stringify({ error });
  return headers === undefined ? { status, body } : { status, body, headers };
}
