import { type App, type WebhookEndpoint, webhookEventNames } from '../core/app.ts';
import type { WebhookSettings } from '../webhooks/settings.ts';
import { testApp } from './test-app.ts';

/** An app with these endpoints, whose first active key is `ID-key`. */
export function appWithWebhooks(webhooks: readonly WebhookEndpoint[], id = 'app'): App {
  return testApp({
    id,
    keys: [
      { key: `${id}-old-key`, secret: `${id}-old-secret`, status: 'verify-only' },
      { key: `${id}-key`, secret: `${id}-secret`, status: 'active' },
    ],
    webhooks,
  });
}

/** An endpoint that wants everything, one event per request. */
export function webhookEndpoint(url: string, changes: Partial<WebhookEndpoint> = {}): WebhookEndpoint {
  return { url, events: webhookEventNames, filter: {}, headers: {}, batch: false, ...changes };
}

export const webhookSettings: WebhookSettings = {
  allowPrivateTargets: true,
  allowHttp: true,
  smoothingMilliseconds: 3000,
  timeoutMilliseconds: 4000,
  retrySeconds: 300,
  breakerFailures: 5,
  breakerSeconds: 15,
  batchMilliseconds: 1000,
  batchEvents: 100,
  batchBytes: 262_144,
  queueEvents: 10_000,
  replyBytes: 1_048_576,
  deadLetterEvents: 1000,
};
