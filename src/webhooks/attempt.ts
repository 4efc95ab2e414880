import type { App } from '../core/app.ts';
import type { AppStore, WebhookQueue } from '../core/ports.ts';
import type { Tracer } from '../core/tracer.ts';
import type { TraceContext } from '../protocol/trace-context.ts';
import { webhookBody, webhookHeaders } from '../protocol/webhook.ts';
import type { Delivery, Outcome, OutgoingEvent } from './delivery.ts';
import type { Transport } from './transport.ts';

interface AttemptOptions {
  readonly apps: Pick<AppStore, 'byId'>;
  readonly queue: Pick<WebhookQueue, 'holds'>;
  readonly transport: Pick<Transport, 'post'>;
  readonly tracer?: Tracer | undefined;
}

/** Makes attempts. Each is signed anew with the first key that is active then, so that a secret can be rotated while events wait. */
export function createAttempt({ apps, queue, transport, tracer }: AttemptOptions): (delivery: Delivery) => Promise<Outcome> {
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
    const causes = causesOf(held);
    const post = (trace: TraceContext | undefined) =>
      transport.post({ url: target.endpoint.url, headers: webhookHeaders(signer, body, { headers: target.endpoint.headers, trace }), body });
    // A request has one cause or none: events that several have caused name no trace.
    if (tracer === undefined) return post(causes.length === 1 ? causes[0] : undefined);
    return tracer.run('webhook', causes, async (span) => {
      span.set('clarion.app.id', target.appId);
      span.set('clarion.events', held.length);
      const outcome = await post(span.context);
      if (outcome.result !== 'delivered') span.fail(outcome.reason);
      return outcome;
    });
  };
}

function causesOf(events: readonly OutgoingEvent[]): readonly TraceContext[] {
  const causes = new Map<string, TraceContext>();
  for (const { trace } of events) if (trace !== undefined) causes.set(trace.traceparent, trace);
  return [...causes.values()];
}
