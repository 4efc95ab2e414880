import type { Events, ServerEvent } from '../core/events.ts';
import { type FeedKind, feedKinds } from './kinds.ts';

/** An event that the feed can tell of. */
export type FeedEvent = ServerEvent & { readonly type: FeedKind };

/** Somebody who wants events of some kinds. */
export interface Watch {
  readonly kinds: ReadonlySet<FeedKind>;
  /** Called from within a journey: must not block. */
  offer(event: FeedEvent): void;
}

/** Listens to what is wanted, and to nothing while nobody wants anything: then an event costs what it costs without a feed. */
export class Watches {
  readonly #events: Events;
  readonly #watches = new Set<Watch>();
  readonly #endings = new Map<FeedKind, () => void>();

  constructor(events: Events) {
    this.#events = events;
  }

  add(watch: Watch): void {
    this.#watches.add(watch);
    this.#listen();
  }

  remove(watch: Watch): void {
    this.#watches.delete(watch);
    this.#listen();
  }

  #listen(): void {
    for (const kind of feedKinds) {
      const watches = [...this.#watches].filter(({ kinds }) => kinds.has(kind));
      this.#endings.get(kind)?.();
      this.#endings.delete(kind);
      if (watches.length > 0) {
        const hear = (event: FeedEvent): void => {
          for (const watch of watches) watch.offer(event);
        };
        this.#endings.set(kind, this.#events.listen(kind, hear));
      }
    }
  }
}
