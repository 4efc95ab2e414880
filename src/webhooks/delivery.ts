import type { WebhookEndpoint } from '../core/app.ts';
import type { TraceContext } from '../protocol/trace-context.ts';

/** Where deliveries go. One per endpoint of an app. */
export interface Target {
  /** Tells targets apart, also those of two apps with one URL. */
  readonly key: string;
  readonly appId: string;
  readonly endpoint: WebhookEndpoint;
}

/** One event on its way to one endpoint. */
export interface OutgoingEvent {
  readonly id: string;
  readonly channel: string;
  /** Time of the fact in milliseconds since the epoch. */
  readonly at: number;
  /** The event as JSON. */
  readonly json: string;
  /** To be called once, when the endpoint needs no more of it: it was accepted or given up. */
  readonly settle: () => void;
  /** Of the request that brought it about, if one did. */
  readonly trace?: TraceContext | undefined;
}

/** What one request carries. */
export interface Delivery {
  readonly target: Target;
  readonly events: readonly OutgoingEvent[];
  /** The time of the oldest event: receivers judge the age of the whole request by it. */
  readonly at: number;
}

/** How a request ended. */
export type PostOutcome =
  | { readonly result: 'delivered' }
  /** Another attempt may end better. */
  | { readonly result: 'failed'; readonly reason: string }
  /** No attempt can end better. */
  | { readonly result: 'refused'; readonly reason: string };

/** How an attempt ended: like its request, or without one because another node has taken the events over. */
export type Outcome = PostOutcome | { readonly result: 'taken over' };

export function createDelivery(target: Target, events: readonly OutgoingEvent[]): Delivery {
  return { target, events, at: Math.min(...events.map(({ at }) => at)) };
}

/** A large event counts as several, one per kilobyte, so that the number of events bounds the memory too. */
export function loadOf({ events }: Delivery): number {
  return events.reduce((load, { json }) => load + Math.ceil(json.length / 1024), 0);
}
