import type { HttpRequest } from 'uWebSockets.js';
import { parseTraceContext, type TraceContext } from '../protocol/trace-context.ts';

/** The headers that every request is asked for. */
export interface RequestHeaders {
  /** The length of the body is given twice. The engine heeds one and ignores the other, which is how requests are smuggled past a proxy that does the opposite. */
  isAmbiguous: boolean;
  /** Empty when absent. */
  idempotencyKey: string;
  requestId: string | undefined;
  trace: TraceContext | undefined;
}

/** What may stand in a header and a line of the log, whoever chose it. */
const sanePattern = /^[\w.:+=@/-]{1,128}$/;

/** Reads them in one pass: to ask the engine for one more costs more than to be shown it. Of a header that is repeated the first counts, as with the engine. */
export function readHeaders(req: HttpRequest): RequestHeaders {
  const headers: RequestHeaders = { isAmbiguous: false, idempotencyKey: '', requestId: undefined, trace: undefined };
  let lengths = 0;
  let parents = 0;
  let parent = '';
  let state = '';
  req.forEach((name, value) => {
    switch (name) {
      case 'content-length':
      case 'transfer-encoding':
        lengths += 1;
        break;
      case 'x-idempotency-key':
        if (headers.idempotencyKey === '') headers.idempotencyKey = value;
        break;
      case 'x-request-id':
        if (sanePattern.test(value)) headers.requestId ??= value;
        break;
      case 'traceparent':
        parents += 1;
        parent = value;
        break;
      case 'tracestate':
        state = state === '' ? value : `${state},${value}`;
    }
  });
  headers.isAmbiguous = lengths > 1;
  if (parents === 1) headers.trace = parseTraceContext(parent, state);
  return headers;
}
