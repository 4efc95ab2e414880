import type { App } from '../../core/app.ts';
import type { AppStore } from '../../core/ports.ts';

/** The apps of the configuration. They never change. */
export class MemoryAppStore implements AppStore {
  readonly #byId: ReadonlyMap<string, App>;
  readonly #byKey: ReadonlyMap<string, App>;

  constructor(apps: readonly App[]) {
    this.#byId = new Map(apps.map((app) => [app.id, app]));
    this.#byKey = new Map(apps.flatMap((app) => app.keys.map(({ key }) => [key, app])));
  }

  byId(id: string): App | undefined {
    return this.#byId.get(id);
  }

  byKey(key: string): App | undefined {
    return this.#byKey.get(key);
  }
}
