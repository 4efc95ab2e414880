import { hmacHex } from './signature.ts';
import type { TraceContext } from './trace-context.ts';

/** One event of a webhook, with the fields and types of clause 7. `id` is our addition: the same over retries and replays. */
export type WebhookEvent = { readonly id: string; readonly channel: string } & (
  | { readonly name: 'channel_occupied' | 'channel_vacated' | 'cache_miss' }
  | { readonly name: 'member_added' | 'member_removed'; readonly user_id: string }
  | {
      readonly name: 'client_event';
      readonly event: string;
      /** Always text: typed receivers declare it so. */
      readonly data: string;
      readonly socket_id: string;
      /** Presence channels only. */
      readonly user_id?: string;
    }
  | { readonly name: 'subscription_count'; readonly subscription_count: number }
);

/** Signs webhooks: an active key of the app. */
export interface WebhookSigner {
  readonly key: string;
  readonly secret: string;
}

/** What a request has besides what the protocol asks for. */
interface WebhookExtras {
  /** The endpoint's own. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Of the request that brought the events about. */
  readonly trace?: TraceContext | undefined;
}

/** Headers that no endpoint's own may replace: the protocol's, those of traces, and those that frame the request. Lower case. */
const reservedHeaders: ReadonlySet<string> = new Set([
  'content-type',
  'x-pusher-key',
  'x-pusher-signature',
  'connection',
  'content-encoding',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'traceparent',
  'tracestate',
  'transfer-encoding',
  'upgrade',
]);

/** The body of a request (clause 7). `events` are already JSON; `time_ms` is the time of the oldest of them. */
export function webhookBody(timeMilliseconds: number, events: readonly string[]): string {
  return `{"time_ms":${timeMilliseconds},"events":[${events.join(',')}]}`;
}

/**
 * The headers of a request (clause 7). The type has no charset: the Node SDK compares it with `===`. An endpoint's own headers are added
 * unless they would replace one of the protocol's or of the framing.
 */
export function webhookHeaders(signer: WebhookSigner, body: string, { headers = {}, trace }: WebhookExtras = {}): Record<string, string> {
  const own = Object.entries(headers).filter(([name]) => !reservedHeaders.has(name.toLowerCase()));
  return {
    ...Object.fromEntries(own),
    'Content-Type': 'application/json',
    'X-Pusher-Key': signer.key,
    'X-Pusher-Signature': hmacHex(signer.secret, body),
    ...(trace !== undefined && { traceparent: trace.traceparent }),
    ...(trace !== undefined && trace.tracestate !== '' && { tracestate: trace.tracestate }),
  };
}
