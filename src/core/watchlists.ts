import type { Connection } from './connection.ts';

/** Which of this node's connections want to know of which users (protocol clause 4). */
export class Watchlists {
  readonly #watchers = new Map<string, Set<Connection>>();
  readonly #watched = new Map<Connection, readonly string[]>();

  /** `topics` are those of the watched users. */
  add(connection: Connection, topics: readonly string[]): void {
    if (topics.length === 0) return;
    this.#watched.set(connection, topics);
    for (const topic of topics) {
      const watchers = this.#watchers.get(topic);
      if (watchers === undefined) this.#watchers.set(topic, new Set([connection]));
      else watchers.add(connection);
    }
  }

  remove(connection: Connection): void {
    for (const topic of this.#watched.get(connection) ?? []) {
      const watchers = this.#watchers.get(topic);
      watchers?.delete(connection);
      if (watchers?.size === 0) this.#watchers.delete(topic);
    }
    this.#watched.delete(connection);
  }

  watchersOf(topic: string): Iterable<Connection> {
    return this.#watchers.get(topic) ?? [];
  }
}
