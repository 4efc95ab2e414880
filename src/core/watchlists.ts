import { topicOf } from './channel.ts';
import type { Connection } from './connection.ts';
import type { ChannelAddress } from './ports.ts';

interface Watched {
  readonly address: ChannelAddress;
  readonly watchers: Set<Connection>;
}

/** What a connection was told of each user it watches, by topic; `undefined` until something was read or announced. */
type Told = Map<string, boolean | undefined>;

/** Which of this node's connections want to know of which users (protocol clause 4). Users go by their own channels. */
export class Watchlists {
  readonly #told = new Map<Connection, Told>();
  readonly #users = new Map<string, Watched>();

  /** From now on the connection is told of these users. */
  add(connection: Connection, users: readonly ChannelAddress[]): void {
    const told: Told = new Map();
    this.#told.set(connection, told);
    for (const address of users) {
      const topic = topicOf(address.appId, address.channel);
      told.set(topic, undefined);
      const user = this.#users.get(topic) ?? { address, watchers: new Set() };
      user.watchers.add(connection);
      this.#users.set(topic, user);
    }
  }

  remove(connection: Connection): void {
    for (const topic of this.#told.get(connection)?.keys() ?? []) {
      const user = this.#users.get(topic);
      user?.watchers.delete(connection);
      if (user?.watchers.size === 0) this.#users.delete(topic);
    }
    this.#told.delete(connection);
  }

  /** Notes a state that was read. Returns whether it counts: what was announced meanwhile is newer. */
  read(connection: Connection, { appId, channel }: ChannelAddress, isOnline: boolean): boolean {
    const topic = topicOf(appId, channel);
    const told = this.#told.get(connection);
    if (told?.has(topic) !== true || told.get(topic) !== undefined) return false;
    told.set(topic, isOnline);
    return true;
  }

  /** Sends a frame to all who watch the user and believe otherwise: whoever was told nothing believes that nobody is there. */
  tell({ appId, channel }: ChannelAddress, isOnline: boolean, frame: string): void {
    const topic = topicOf(appId, channel);
    for (const watcher of this.#users.get(topic)?.watchers ?? []) {
      const told = this.#told.get(watcher);
      const wasOnline = told?.get(topic) ?? false;
      told?.set(topic, isOnline);
      if (wasOnline !== isOnline) watcher.socket.send(frame);
    }
  }

  /** The channels of all users that somebody watches. */
  watched(): readonly ChannelAddress[] {
    return [...this.#users.values()].map(({ address }) => address);
  }
}
