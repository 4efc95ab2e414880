import type { App } from '../core/app.ts';
import type { AppStore } from '../core/ports.ts';
import type { Timers } from './timers.ts';

interface AppGateOptions<T> {
  readonly apps: Pick<AppStore, 'byId'>;
  readonly timers: Timers;
  readonly maxWaiting: number;
  /** Receives the items of an app in the order in which they entered; no app when there is none by that id. */
  readonly pass: (item: T, app: App | undefined) => void;
  /** Receives what there was no room for, or what was still without its app at the end. */
  readonly reject: (item: T) => void;
  /** Is told when the store is out of reach. The lookup is repeated. */
  readonly failed: (appId: string, cause: unknown) => void;
}

const retryMilliseconds = 1000;

/** Items that are passed on without a pause. */
const maxItemsAtOnce = 500;

/** Finds the app of each item. Items of one app share a lookup and keep their order; apps do not wait for each other. */
export class AppGate<T> {
  readonly #options: AppGateOptions<T>;
  readonly #waiting = new Map<string, T[]>();
  readonly #lookups = new Set<Promise<void>>();
  /** Calls off the next lookup of an app, after one that failed or was not enough. */
  readonly #retries = new Map<string, () => void>();
  #count = 0;
  #isClosed = false;

  constructor(options: AppGateOptions<T>) {
    this.#options = options;
  }

  /** Items that wait for their app. */
  get size(): number {
    return this.#count;
  }

  enter(appId: string, item: T): void {
    if (this.#isClosed || this.#count >= this.#options.maxWaiting) return this.#options.reject(item);
    this.#count += 1;
    const waiting = this.#waiting.get(appId);
    if (waiting !== undefined) {
      waiting.push(item);
      return;
    }
    this.#waiting.set(appId, [item]);
    this.#lookUp(appId);
  }

  /** Takes nothing more, and tries a last time for what waits. Resolves when nothing waits; never rejects. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const [appId, callOff] of this.#retries) {
      callOff();
      this.#lookUp(appId);
    }
    this.#retries.clear();
    await Promise.all(this.#lookups);
  }

  #lookUp(appId: string): void {
    const lookup = this.#find(appId).finally(() => this.#lookups.delete(lookup));
    this.#lookups.add(lookup);
  }

  async #find(appId: string): Promise<void> {
    let app: App | undefined;
    try {
      app = await this.#options.apps.byId(appId);
    } catch (cause) {
      this.#options.failed(appId, cause);
      if (this.#isClosed) for (const item of this.#take(appId, Number.POSITIVE_INFINITY)) this.#options.reject(item);
      else this.#lookUpLater(appId, retryMilliseconds);
      return;
    }
    const atOnce = this.#isClosed ? Number.POSITIVE_INFINITY : maxItemsAtOnce;
    for (const item of this.#take(appId, atOnce)) this.#options.pass(item, app);
    if (this.#waiting.has(appId)) this.#lookUpLater(appId, 0);
  }

  #lookUpLater(appId: string, milliseconds: number): void {
    const callOff = this.#options.timers.after(milliseconds, () => {
      this.#retries.delete(appId);
      this.#lookUp(appId);
    });
    this.#retries.set(appId, callOff);
  }

  #take(appId: string, atMost: number): readonly T[] {
    const waiting = this.#waiting.get(appId) ?? [];
    const items = waiting.splice(0, atMost);
    if (waiting.length === 0) this.#waiting.delete(appId);
    this.#count -= items.length;
    return items;
  }
}
