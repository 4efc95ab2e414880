import type { App, WebhookEndpoint } from '../core/app.ts';
import { Events, type WebhookFact } from '../core/events.ts';
import type { WebhookQueue } from '../core/ports.ts';
import { MemoryWebhookQueue } from '../drivers/memory/webhook-queue.ts';
import type { PostOutcome } from '../webhooks/delivery.ts';
import type { WebhookSettings } from '../webhooks/settings.ts';
import type { Post } from '../webhooks/transport.ts';
import { createWebhooks, type Webhooks } from '../webhooks/webhooks.ts';
import { FakeClock, settled } from './fake-clock.ts';
import { createRecordedLog } from './recorded-log.ts';
import { rethrow } from './rethrow.ts';
import { appWithWebhooks, webhookSettings } from './webhook-app.ts';

const where = { appId: 'app', channel: 'presence-room' };
/** The URL that most tests use. */
export const hook = 'https://hooks.example/a';

/** The webhooks of a node whose endpoints, app store and clock a test controls. */
export class WebhookNode {
  readonly clock = new FakeClock();
  readonly events = new Events(rethrow);
  readonly log = createRecordedLog();
  readonly posts: Post[] = [];
  readonly webhooks: Webhooks;
  readonly apps = new Map<string, App>();
  /** How the next attempts end. */
  answer: (post: Post) => PostOutcome | Promise<PostOutcome> = () => ({ result: 'delivered' });
  readonly #aborts: ((outcome: PostOutcome) => void)[] = [];

  constructor(endpoints: readonly WebhookEndpoint[], settings: Partial<WebhookSettings> = {}, queue: WebhookQueue = new MemoryWebhookQueue()) {
    this.apps.set('app', appWithWebhooks(endpoints));
    this.webhooks = createWebhooks({
      events: this.events,
      apps: { byId: async (id) => this.apps.get(id) },
      queue,
      settings: { ...webhookSettings, ...settings },
      clock: this.clock,
      timers: this.clock,
      random: () => 0,
      log: this.log,
      transport: {
        post: async (post) => {
          this.posts.push(post);
          return this.answer(post);
        },
        abort: () => {
          for (const abort of this.#aborts) abort({ result: 'failed', reason: 'the server stopped' });
        },
      },
    });
  }

  emit(...facts: readonly object[]): Promise<void> {
    for (const fact of facts) this.events.emit({ ...where, at: this.clock.now(), ...fact } as WebhookFact);
    return settled();
  }

  /** An attempt that ends only when it is aborted. */
  stall(): Promise<PostOutcome> {
    return new Promise((done) => this.#aborts.push(done));
  }

  /** What was posted to a URL, without ids. */
  told(url = hook): readonly object[] {
    return this.posts
      .filter((post) => post.url === url)
      .flatMap((post) => JSON.parse(post.body).events.map(({ id: _id, ...event }: { id: string }) => event));
  }
}

export const failure: PostOutcome = { result: 'failed', reason: 'it answered 500' };

/** A queue that several nodes share: another one may take facts over, and delivers what this one leaves. */
export function createSharedQueue() {
  const own = new MemoryWebhookQueue();
  let isTakenOver = false;
  const queue: WebhookQueue = {
    add: (fact) => own.add(fact),
    consume: (receive) => own.consume(receive),
    holds: (id) => !isTakenOver && own.holds(id),
    done: (ids) => own.done(ids),
    async close() {
      await own.close();
      return new Set();
    },
  };
  const takeOver = (): void => {
    isTakenOver = true;
  };
  return { queue, takeOver };
}
