import { webhookEventNames } from '../core/app.ts';
import type { Events, WebhookFact } from '../core/events.ts';
import type { AppStore, Log, WebhookQueue } from '../core/ports.ts';
import { AppGate } from './app-gate.ts';
import type { WebhookCounters } from './counters.ts';
import { concerns } from './endpoint-filter.ts';
import type { WebhookSettings } from './settings.ts';
import type { Timers } from './timers.ts';

interface ListenerOptions {
  readonly events: Pick<Events, 'listen'>;
  readonly apps: Pick<AppStore, 'byId'>;
  readonly queue: Pick<WebhookQueue, 'add'>;
  readonly settings: Pick<WebhookSettings, 'queueEvents'>;
  readonly timers: Timers;
  readonly counters: WebhookCounters;
  readonly log: Log;
}

/** Puts the facts of apps that have endpoints for them into the queue. */
export class Listener {
  readonly #gate: AppGate<WebhookFact>;
  readonly #endings: readonly (() => void)[];

  constructor({ events, apps, queue, settings, timers, counters, log }: ListenerOptions) {
    this.#gate = new AppGate({
      apps,
      timers,
      maxWaiting: settings.queueEvents,
      pass(fact, app) {
        if (app?.webhooks.some((endpoint) => concerns(endpoint, fact))) queue.add(fact);
      },
      reject({ type, appId, channel }) {
        counters.dropped += 1;
        log.error({ appId, channel, type }, 'webhook dropped: its app could not be looked up');
      },
      failed: (appId, cause) => log.warn({ appId, err: cause }, 'webhooks wait: their app could not be looked up'),
    });
    this.#endings = webhookEventNames.map((type) => events.listen(type, (fact: WebhookFact) => this.#gate.enter(fact.appId, fact)));
  }

  /** Facts that wait for their app. */
  get size(): number {
    return this.#gate.size;
  }

  /** Hears nothing more. Resolves when everything heard is in the queue or dropped; never rejects. */
  close(): Promise<void> {
    for (const end of this.#endings) end();
    return this.#gate.close();
  }
}
