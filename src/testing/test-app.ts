import type { App } from '../core/app.ts';
import { type AppLimits, defaultAppLimits } from '../protocol/limits.ts';

type Overrides = Partial<Omit<App, 'limits'>> & { readonly limits?: Partial<AppLimits> };

/**
 * An app with one key, everything that clients may do switched on, and the default limits, where a test does not say otherwise. Only messages
 * and subscriptions have no rate: a test's time stands still.
 */
export function testApp({ limits, ...overrides }: Overrides = {}): App {
  return {
    id: 'app',
    keys: [{ key: 'key', secret: 'secret', status: 'active' }],
    enabled: true,
    clientEvents: true,
    subscriptionCount: false,
    watchlist: false,
    userAuthentication: { required: false, timeoutSeconds: 30 },
    maxConnections: Number.POSITIVE_INFINITY,
    tlsOnly: false,
    webhooks: [],
    ...overrides,
    limits: { ...defaultAppLimits, messagesPerSecond: Number.POSITIVE_INFINITY, subscriptionsPerSecond: Number.POSITIVE_INFINITY, ...limits },
  };
}
