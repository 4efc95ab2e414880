import type { App } from '../core/app.ts';
import { allowsCredentials, allowsOrigin } from '../core/origin.ts';
import { type HttpResponse, ok } from '../http/message.ts';

/** Chromium keeps what a preflight has answered no longer than this. */
const preflightSeconds = 7200;
/** What clients add by themselves, and what their users tend to add. */
const allowedHeaders = 'Authorization, Content-Type, X-CSRF-Token, X-Requested-With, X-Socket-ID';

type Headers = Readonly<Record<string, string>>;

/** Whether somebody who sends this `Origin`, or none, may ask: the rule of the handshake, so that whoever may connect may also be authorised. */
export function mayAsk({ allowedOrigins }: Pick<App, 'allowedOrigins'>, origin: string): boolean {
  return allowedOrigins === undefined || allowsOrigin(allowedOrigins, origin || undefined);
}

/**
 * What lets the pages of an origin read an answer (Fetch standard, CORS). Only listed origins are named, and only they may send cookies; where every
 * origin may ask, the answer is the same for all, without cookies.
 */
export function corsHeaders({ allowedOrigins }: Pick<App, 'allowedOrigins'>, origin: string): Headers {
  if (origin === '') return {};
  if (allowsCredentials(allowedOrigins, origin)) return { 'Access-Control-Allow-Origin': origin, 'Access-Control-Allow-Credentials': 'true' };
  const isOpen = allowedOrigins === undefined || allowedOrigins.patterns.some(({ type }) => type === 'any');
  return { 'Access-Control-Allow-Origin': isOpen ? '*' : origin };
}

/** The answer to a browser that asks whether it may send the request. */
export function answerPreflight(methods: string): HttpResponse {
  return {
    ...ok('{}'),
    headers: {
      'Access-Control-Allow-Methods': methods,
      'Access-Control-Allow-Headers': allowedHeaders,
      'Access-Control-Max-Age': String(preflightSeconds),
    },
  };
}
