/** A request that has arrived completely. */
export interface HttpRequest {
  /** Upper case. */
  readonly method: string;
  /** As sent, without the query: signatures cover these bytes. */
  readonly path: string;
  /** As sent, without `?`. */
  readonly query: string;
  /** The `X-Idempotency-Key` header, empty when absent: the only header that the API reads. */
  readonly idempotencyKey: string;
  readonly body: Buffer;
}

export interface HttpResponse {
  readonly status: number;
  /** JSON text; never empty, because some SDKs parse it whatever the status. */
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers every request; never throws or rejects. */
export type HandleRequest = (request: HttpRequest) => Promise<HttpResponse>;

export function ok(body: string): HttpResponse {
  return { status: 200, body };
}

/** An error in the form that every SDK shows: a real status and a JSON text (protocol clause 5.3). */
export function failure(status: number, error: string, headers?: Readonly<Record<string, string>>): HttpResponse {
  const body = JSON.stringify({ error });
  return headers === undefined ? { status, body } : { status, body, headers };
}
