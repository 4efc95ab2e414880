import type { App } from '../../core/app.ts';
import type { AppStore } from '../../core/ports.ts';

type Found = Promise<App | undefined>;

const none: Found = Promise.resolve(undefined);

/** The apps of the configuration. They never change, so that every request can have the same promise. */
export class MemoryAppStore implements AppStore {
  readonly #byId: ReadonlyMap<string, Found>;
  readonly #byKey: ReadonlyMap<string, Found>;

  constructor(apps: readonly App[]) {
    this.#byId = new Map(apps.map((app) => [app.id, Promise.resolve(app)]));
    this.#byKey = new Map(apps.flatMap((app) => app.keys.map(({ key }) => [key, Promise.resolve(app)])));
  }

  byId(id: string): Found {
    return this.#byId.get(id) ?? none;
  }

  byKey(key: string): Found {
    return this.#byKey.get(key) ?? none;
  }
}
