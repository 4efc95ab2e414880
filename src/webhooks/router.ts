import type { App } from '../core/app.ts';
import type { Causes } from '../core/causes.ts';
import type { QueuedFact, WebhookQueue } from '../core/ports.ts';
import type { OutgoingEvent, Target } from './delivery.ts';
import { accepts } from './endpoint-filter.ts';
import { webhookEvent } from './payload.ts';

interface RouterOptions {
  readonly queue: Pick<WebhookQueue, 'done'>;
  readonly send: (target: Target, event: OutgoingEvent) => void;
  readonly causes?: Pick<Causes, 'take'>;
}

/** Sends a fact to every endpoint that wants it, encoded once. The fact is done when all of them are. */
export function route({ queue, send, causes }: RouterOptions, app: App, queued: QueuedFact): void {
  const { id, fact } = queued;
  const targets = app.webhooks
    .map((endpoint, index): Target => ({ key: `${app.id}/${index}/${endpoint.url}`, appId: app.id, endpoint }))
    .filter(({ endpoint }) => accepts(endpoint, fact));
  let unsettled = targets.length;
  if (unsettled === 0) return queue.done([id]);
  const settle = (): void => {
    unsettled -= 1;
    if (unsettled === 0) queue.done([id]);
  };
  const event: OutgoingEvent = {
    id,
    channel: fact.channel,
    at: fact.at,
    json: JSON.stringify(webhookEvent(queued)),
    settle,
    trace: causes?.take(fact),
  };
  for (const target of targets) send(target, event);
}
