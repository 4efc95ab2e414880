import { PusherError } from '../protocol/error.ts';
import { pingFrame } from '../protocol/server-message.ts';
import type { Connection } from './connection.ts';

/** Ends a connection for a fault. */
type End = (connection: Connection, fault: PusherError) => void;

/**
 * Finds connections that are silent (protocol clause 1.3) or not authorised in time (clause 4). A wheel of one-second slots: a connection is
 * looked at when something can be due, not every second, so an idle connection costs nothing between two pings.
 */
export class Heartbeat {
  readonly #end: End;
  readonly #slots = new Map<number, Set<Connection>>();
  /** Seconds since the start. Coarse on purpose: received messages only copy it. */
  #now = 1;

  constructor(end: End) {
    this.#end = end;
  }

  get now(): number {
    return this.#now;
  }

  add(connection: Connection): void {
    this.#schedule(connection, nextLook(connection));
  }

  remove(connection: Connection): void {
    const slot = this.#slots.get(connection.dueAt);
    slot?.delete(connection);
    if (slot?.size === 0) this.#slots.delete(connection.dueAt);
  }

  /** Notes that something came from the peer. */
  hear(connection: Connection): void {
    connection.seenAt = this.#now;
    connection.pingedAt = 0;
  }

  /** Called once a second. */
  tick(): void {
    this.#now += 1;
    const due = this.#slots.get(this.#now);
    this.#slots.delete(this.#now);
    for (const connection of due ?? []) this.#look(connection);
  }

  #look(connection: Connection): void {
    const { app, pingedAt } = connection;
    if (isUnauthorized(connection) && this.#now >= authorizeBy(connection)) {
      return this.#end(connection, new PusherError('NOT_AUTHORIZED_IN_TIME'));
    }
    if (pingedAt !== 0 && this.#now >= pingedAt + app.limits.pongTimeoutSeconds) return this.#end(connection, new PusherError('PONG_MISSING'));
    if (pingedAt === 0 && this.#now >= connection.seenAt + app.limits.activityTimeoutSeconds) this.#ping(connection);
    this.#schedule(connection, nextLook(connection));
  }

  /** Both kinds: browsers answer the first in script, every WebSocket library answers the second. Either answer counts. */
  #ping(connection: Connection): void {
    connection.pingedAt = this.#now;
    connection.socket.send(pingFrame);
    connection.socket.ping();
  }

  #schedule(connection: Connection, at: number): void {
    connection.dueAt = Math.max(Math.ceil(at), this.#now + 1);
    const slot = this.#slots.get(connection.dueAt);
    if (slot === undefined) this.#slots.set(connection.dueAt, new Set([connection]));
    else slot.add(connection);
  }
}

function nextLook(connection: Connection): number {
  const { activityTimeoutSeconds, pongTimeoutSeconds } = connection.app.limits;
  const silence = connection.pingedAt === 0 ? connection.seenAt + activityTimeoutSeconds : connection.pingedAt + pongTimeoutSeconds;
  return isUnauthorized(connection) ? Math.min(silence, authorizeBy(connection)) : silence;
}

function isUnauthorized({ app, awaited, condemned, isAuthorized }: Connection): boolean {
  if (condemned !== undefined) return false;
  return awaited === undefined ? app.userAuthentication.required && !isAuthorized : !awaited.isVerifying;
}

/** A second more, because the clock is coarse: nobody gets less than the whole time. */
function authorizeBy({ app, awaited, openedAt }: Connection): number {
  return openedAt + (awaited?.timeoutSeconds ?? app.userAuthentication.timeoutSeconds) + 1;
}
