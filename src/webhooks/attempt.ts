import type { App } from '../core/app.ts';
import type { AppStore, WebhookQueue } from '../core/ports.ts';
import { webhookBody, webhookHeaders } from '../protocol/webhook.ts';
import type { Delivery, Outcome } from './delivery.ts';
import type { Transport } from './transport.ts';

interface AttemptOptions {
  readonly apps: Pick<AppStore, 'byId'>;
  readonly queue: Pick<WebhookQueue, 'holds'>;
  readonly transport: Pick<Transport, 'post'>;
}

/** Makes attempts. Each is signed anew with the first key that is active then, so that a secret can be rotated while events wait. */
export function createAttempt({ apps, queue, transport }: AttemptOptions): (delivery: Delivery) => Promise<Outcome> {
  return async ({ target, events, at }) => {
    const held = events.filter(({ id }) => queue.holds(id));
    if (held.length === 0) return { result: 'taken over' };
    let app: App | undefined;
    try {
      app = await apps.byId(target.appId);
    } catch {
      return { result: 'failed', reason: 'the app store is out of reach' };
    }
    const signer = app?.keys.find(({ status }) => status === 'active');
    if (signer === undefined) return { result: 'refused', reason: 'the app has no active key to sign with' };
    const body = webhookBody(
      at,
      held.map(({ json }) => json),
    );
    return transport.post({ url: target.endpoint.url, headers: webhookHeaders(signer, body, target.endpoint.headers), body });
  };
}
