import type { AppLimits } from '../protocol/limits.ts';
import type { JwtSettings } from './jwt-settings.ts';
import type { AllowedOrigins } from './origin.ts';

/**
 * `active`: connects, signs and verifies. `verify-only`: still accepted everywhere, but nothing new is signed with it, so that a secret can be
 * rotated without a failed request. `revoked`: as if it did not exist.
 */
type KeyStatus = 'active' | 'verify-only' | 'revoked';

export interface AppKey {
  readonly key: string;
  readonly secret: string;
  readonly status: KeyStatus;
}

/** The kinds of events that webhooks carry (protocol clause 7). */
export const webhookEventNames = [
  'channel_occupied',
  'channel_vacated',
  'member_added',
  'member_removed',
  'client_event',
  'cache_miss',
  'subscription_count',
] as const;

export type WebhookEventName = (typeof webhookEventNames)[number];

/** Where one app's webhooks go. */
export interface WebhookEndpoint {
  readonly url: string;
  /** Kinds that are sent; all of them when absent from the configuration. */
  readonly events: readonly WebhookEventName[];
  readonly filter: { readonly channelNameStartsWith?: string; readonly channelNameEndsWith?: string };
  /** Sent in addition to the protocol's own headers, which win. */
  readonly headers: Readonly<Record<string, string>>;
  /** Several events in one request. */
  readonly batch: boolean;
}

/** A tenant: its identity, credentials, features and limits. Plain data; never sent to another node. */
export interface App {
  readonly id: string;
  /** At least one; the first `active` key signs webhooks. */
  readonly keys: readonly AppKey[];
  readonly enabled: boolean;
  /** Whether members may send `client-*` events. */
  readonly clientEvents: boolean;
  /** Whether `subscription_count` frames and webhooks are sent. */
  readonly subscriptionCount: boolean;
  /** Whether signed-in connections are told of watched users. */
  readonly watchlist: boolean;
  readonly userAuthentication: { readonly required: boolean; readonly timeoutSeconds: number };
  /** `Infinity` for no quota. */
  readonly maxConnections: number;
  /** Absent when every origin may connect, and none too. */
  readonly allowedOrigins?: AllowedOrigins;
  readonly tlsOnly: boolean;
  readonly limits: AppLimits;
  /** Absent when the app takes no tokens. */
  readonly jwt?: JwtSettings;
  readonly webhooks: readonly WebhookEndpoint[];
}

/** The key if it exists and may still be used. */
export function usableKey(app: App, key: string): AppKey | undefined {
  return app.keys.find((candidate) => candidate.key === key && candidate.status !== 'revoked');
}
