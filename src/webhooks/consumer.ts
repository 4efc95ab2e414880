import type { App } from '../core/app.ts';
import type { AppStore, Clock, Log, QueuedFact, WebhookQueue } from '../core/ports.ts';
import { AppGate } from './app-gate.ts';
import { CacheMissFilter } from './cache-miss-filter.ts';
import type { WebhookCounters } from './counters.ts';
import { concerns } from './endpoint-filter.ts';
import type { WebhookSettings } from './settings.ts';
import { Smoother } from './smoother.ts';
import type { Timers } from './timers.ts';

interface ConsumerOptions {
  readonly apps: Pick<AppStore, 'byId'>;
  readonly queue: WebhookQueue;
  readonly settings: Pick<WebhookSettings, 'queueEvents' | 'smoothingMilliseconds'>;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly counters: WebhookCounters;
  readonly log: Log;
  /** Receives what is worth telling the endpoints of the app. */
  readonly pass: (app: App, queued: QueuedFact) => void;
}

/** A fact together with its app. */
interface OwnedFact extends QueuedFact {
  readonly app: App;
}

/** Takes facts out of the queue, finds their apps, and passes on those that are news. */
export class Consumer {
  readonly #options: ConsumerOptions;
  readonly #gate: AppGate<QueuedFact>;
  readonly #misses: CacheMissFilter;
  readonly #smoother: Smoother<OwnedFact>;

  constructor(options: ConsumerOptions) {
    this.#options = options;
    const { apps, queue, settings, clock, timers, log } = options;
    this.#misses = new CacheMissFilter(clock);
    this.#smoother = new Smoother({
      clock,
      timers,
      delayMilliseconds: settings.smoothingMilliseconds,
      maxWaiting: settings.queueEvents,
      pass: (owned) => options.pass(owned.app, owned),
      drop: (facts) => this.#drop(facts),
    });
    this.#gate = new AppGate({
      apps,
      timers,
      maxWaiting: settings.queueEvents,
      pass: (queued, app) => this.#take(queued, app),
      reject: (queued) => this.#reject(queued),
      failed: (appId, cause) => log.warn({ appId, err: cause }, 'webhooks wait: their app could not be looked up'),
    });
    queue.consume((batch) => {
      for (const queued of batch) this.#gate.enter(queued.fact.appId, queued);
    });
  }

  /** Facts that wait for their app or for a client to come back. */
  get size(): number {
    return this.#gate.size + this.#smoother.size;
  }

  /** Takes nothing more. Resolves when everything taken has found its app; never rejects. */
  close(): Promise<void> {
    return this.#gate.close();
  }

  /** Waits for no client any longer. */
  flush(): void {
    this.#smoother.flush();
  }

  #take(queued: QueuedFact, app: App | undefined): void {
    const { queue } = this.#options;
    if (!queue.holds(queued.id)) return; // taken over by another node, or too late
    if (!app?.webhooks.some((endpoint) => concerns(endpoint, queued.fact))) return queue.done([queued.id]);
    if (this.#misses.repeats(queued.fact)) return this.#drop([queued]);
    this.#smoother.take({ ...queued, app });
  }

  #drop(facts: readonly QueuedFact[]): void {
    this.#options.counters.smoothed += facts.length;
    this.#options.queue.done(facts.map(({ id }) => id));
  }

  #reject({ id, fact }: QueuedFact): void {
    const { counters, log, queue } = this.#options;
    counters.dropped += 1;
    log.error({ id, appId: fact.appId, channel: fact.channel, type: fact.type }, 'webhook dropped: its app could not be looked up');
    queue.done([id]);
  }
}
