import { PusherError } from '../protocol/error.ts';
import { tokenExpiring } from '../protocol/server-message.ts';
import type { Connection } from './connection.ts';
import type { Identity } from './identity.ts';
import type { Clock } from './ports.ts';

/** Ends a connection for a fault. */
type End = (connection: Connection, fault: PusherError) => void;

/** A token on a living connection. */
interface Held {
  readonly identity: Identity;
  /** The slot in which something is due, in seconds since the epoch. */
  dueAt: number;
  wasWarned: boolean;
  /** Whether the client has tried to renew it, and it is our fault that it is not. */
  isExcused: boolean;
}

const warningMilliseconds = 60_000;

/**
 * Watches over the tokens of this node's connections: tells each client a minute before the end, and ends the connection of who does not renew. A
 * wheel of one-second slots, so a connection costs nothing between two of its dates, and one without a token nothing at all.
 */
export class TokenLife {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #end: End;
  readonly #held = new Map<Connection, Held>();
  readonly #slots = new Map<number, Set<Connection>>();
  /** App and token id -> who brought it. */
  readonly #holders = new Map<string, Set<Connection>>();
  /** The last second that was looked at. */
  #second: number;

  constructor(clock: Pick<Clock, 'now'>, end: End) {
    this.#clock = clock;
    this.#end = end;
    this.#second = secondOf(clock.now());
  }

  /** Connections with a token. */
  get size(): number {
    return this.#held.size;
  }

  /** From now on the connection lives as long as this token, whatever it had before. */
  hold(connection: Connection, identity: Identity): void {
    this.remove(connection);
    connection.identity = identity;
    const held: Held = { identity, dueAt: 0, wasWarned: false, isExcused: false };
    this.#held.set(connection, held);
    this.#schedule(connection, held, identity.expiresAt - warningMilliseconds);
    if (identity.tokenId !== undefined) addTo(this.#holders, holderKey(connection.app.id, identity.tokenId), connection);
  }

  remove(connection: Connection): void {
    const held = this.#held.get(connection);
    if (held === undefined) return;
    this.#held.delete(connection);
    deleteFrom(this.#slots, held.dueAt, connection);
    if (held.identity.tokenId !== undefined) deleteFrom(this.#holders, holderKey(connection.app.id, held.identity.tokenId), connection);
  }

  /** Whether the client has tried to renew, but no keys can be had: then it shall come back at the end, instead of giving up. */
  excuse(connection: Connection, isExcused: boolean): void {
    const held = this.#held.get(connection);
    if (held !== undefined) held.isExcused = isExcused;
  }

  /** The connections that brought this token last. */
  holdersOf(appId: string, tokenId: string): Iterable<Connection> {
    return this.#holders.get(holderKey(appId, tokenId)) ?? [];
  }

  /** Called once a second. */
  tick(): void {
    const now = secondOf(this.#clock.now());
    const skipped = now - this.#second;
    // A clock that was set would take a step for each second in between.
    const due = skipped > this.#slots.size ? [...this.#slots.keys()].filter((second) => second <= now) : range(this.#second + 1, now);
    this.#second = now;
    for (const second of due) {
      const connections = this.#slots.get(second);
      this.#slots.delete(second);
      for (const connection of connections ?? []) this.#look(connection);
    }
  }

  #look(connection: Connection): void {
    const held = this.#held.get(connection);
    if (held === undefined) return;
    const now = this.#clock.now();
    const endsAt = held.identity.expiresAt + graceMilliseconds(connection);
    if (now >= endsAt) return this.#end(connection, new PusherError(held.isExcused ? 'KEYS_UNAVAILABLE' : 'TOKEN_EXPIRED'));
    if (!held.wasWarned && now >= held.identity.expiresAt - warningMilliseconds) {
      held.wasWarned = true;
      const left = Math.max(0, Math.ceil((held.identity.expiresAt - now) / 1000));
      connection.socket.send(tokenExpiring(Math.floor(held.identity.expiresAt / 1000), left));
    }
    this.#schedule(connection, held, held.wasWarned ? endsAt : held.identity.expiresAt - warningMilliseconds);
  }

  /** Never into the past: a slot that was looked at would not be looked at again. */
  #schedule(connection: Connection, held: Held, at: number): void {
    held.dueAt = Math.max(Math.ceil(at / 1000), this.#second + 1);
    addTo(this.#slots, held.dueAt, connection);
  }
}

function graceMilliseconds({ app }: Connection): number {
  return (app.jwt?.graceSeconds ?? 0) * 1000;
}

function holderKey(appId: string, tokenId: string): string {
  return `${appId}/${tokenId}`;
}

function secondOf(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}

function range(first: number, last: number): readonly number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
}

function addTo<Key>(sets: Map<Key, Set<Connection>>, key: Key, connection: Connection): void {
  const set = sets.get(key);
  if (set === undefined) sets.set(key, new Set([connection]));
  else set.add(connection);
}

function deleteFrom<Key>(sets: Map<Key, Set<Connection>>, key: Key, connection: Connection): void {
  const set = sets.get(key);
  set?.delete(connection);
  if (set?.size === 0) sets.delete(key);
}
