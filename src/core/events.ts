import type { ErrorReason } from '../protocol/error.ts';
import type { TokenFaultReason } from './identity.ts';

/** Facts that webhooks are made of. `at` is the time of the fact in milliseconds since the epoch. */
export type WebhookFact =
  | { readonly type: 'channel_occupied' | 'channel_vacated' | 'cache_miss'; readonly appId: string; readonly channel: string; readonly at: number }
  | {
      readonly type: 'member_added' | 'member_removed';
      readonly appId: string;
      readonly channel: string;
      readonly userId: string;
      readonly at: number;
    }
  | {
      readonly type: 'client_event';
      readonly appId: string;
      readonly channel: string;
      readonly event: string;
      /** The event's data as a string, as it was delivered. */
      readonly data: string;
      readonly socketId: string;
      /** Presence channels only. */
      readonly userId?: string;
      readonly at: number;
    }
  | {
      readonly type: 'subscription_count';
      readonly appId: string;
      readonly channel: string;
      readonly subscriptionCount: number;
      readonly at: number;
    };

/** What happened on this node. Webhooks, logs, metrics and feeds listen; journeys never call them. */
export type ServerEvent =
  | WebhookFact
  | { readonly type: 'connected'; readonly appId: string; readonly socketId: string }
  | { readonly type: 'connection_refused'; readonly key: string; readonly kind: ErrorReason; readonly code: number; readonly reason: string }
  | { readonly type: 'disconnected'; readonly appId: string; readonly socketId: string; readonly code: number }
  | { readonly type: 'subscribed' | 'unsubscribed'; readonly appId: string; readonly socketId: string; readonly channel: string }
  | {
      readonly type: 'subscription_refused';
      readonly appId: string;
      readonly socketId: string;
      readonly channel: string;
      /** In the manner of an HTTP status. */
      readonly status: number;
      readonly reason: string;
    }
  | { readonly type: 'signed_in'; readonly appId: string; readonly socketId: string; readonly userId: string }
  | { readonly type: 'token_refused'; readonly appId: string; readonly reason: TokenFaultReason }
  | {
      readonly type: 'message_refused';
      readonly appId: string;
      readonly socketId: string;
      readonly kind: ErrorReason;
      readonly code: number | null;
      readonly reason: string;
    }
  | {
      readonly type: 'triggered';
      readonly appId: string;
      readonly channels: readonly string[];
      readonly event: string;
      readonly data: string;
      /** The request's own. */
      readonly requestId?: string;
    }
  | {
      readonly type: 'request_refused';
      readonly method: string;
      readonly path: string;
      readonly status: number;
      readonly reason: string;
      /** The answer names it too. */
      readonly requestId: string;
    }
  /** Whether balancers shall send clients here, and what speaks against it. */
  | { readonly type: 'readiness_changed'; readonly isReady: boolean; readonly reasons: readonly string[] };

export type ServerEventType = ServerEvent['type'];
export type ServerEventOf<T extends ServerEventType> = PickByType<ServerEvent, T>;

/** `Extract` would miss the members that share one shape among several types. */
type PickByType<Event, T> = Event extends { readonly type: infer Type } ? (T extends Type ? Event & { readonly type: T } : never) : never;

type Listener = (event: never) => void;

/**
 * Hands events to their listeners in the tick in which they happen, in the order of registration. A listener must not block: it is called from
 * within a journey. One that throws is a bug, which `onFault` is told of; the journey goes on, because half of a close would leave ghosts.
 */
export class Events {
  readonly #onFault: (fault: unknown) => void;
  readonly #listeners = new Map<ServerEventType, Listener[]>();

  constructor(onFault: (fault: unknown) => void) {
    this.#onFault = onFault;
  }

  /** Returns the function that ends the listening. */
  listen<T extends ServerEventType>(type: T, listener: (event: ServerEventOf<T>) => void): () => void {
    const listeners = this.#listeners.get(type) ?? [];
    this.#listeners.set(type, [...listeners, listener]);
    return () => {
      this.#listeners.set(
        type,
        (this.#listeners.get(type) ?? []).filter((candidate) => candidate !== listener),
      );
    };
  }

  /** Whether somebody listens: frequent events are only built when they are wanted. */
  has(type: ServerEventType): boolean {
    return (this.#listeners.get(type)?.length ?? 0) > 0;
  }

  emit(event: ServerEvent): void {
    const listeners = this.#listeners.get(event.type);
    if (listeners === undefined) return;
    for (const listener of listeners as ((event: ServerEvent) => void)[]) {
      try {
        listener(event);
      } catch (fault) {
        this.#onFault(fault);
      }
    }
  }
}
