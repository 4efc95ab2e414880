import type { ChannelName } from '../protocol/channel-name.ts';
import type { Member } from '../protocol/member.ts';
import type { App } from './app.ts';
import type { Awaitable } from './awaitable.ts';
import type { BrokerMessage, Envelope } from './broker-message.ts';
import type { ClusterCounters } from './cluster-counters.ts';
import type { WebhookFact } from './events.ts';
import type { KnownRevocations, Revocations } from './revocation.ts';
import type { Roster } from './roster.ts';

export type { BrokerMessage, Consequence, Control, Envelope } from './broker-message.ts';

/** One raw WebSocket. After it is closed every method does nothing. */
export interface Socket {
  /** What the peer has not taken yet. */
  readonly unsentBytes: number;
  /** Queues a text frame behind everything sent or published to this socket before. */
  send(frame: string): void;
  /** Sends a frame to all subscribers of `topic` except this socket, which must itself be subscribed to it. */
  publish(topic: string, frame: string): void;
  subscribe(topic: string): void;
  unsubscribe(topic: string): void;
  /** Sends a WebSocket ping; the peer's pong counts as activity. */
  ping(): void;
  /** Sends what is queued, then a close frame. The connection's `close` journey runs before this returns. */
  end(code: number, reason: string): void;
}

/** Sends a frame to all of this node's subscribers of a topic. */
export type Fanout = (topic: string, frame: string) => void;

/**
 * What a node does with a batch: the one door through which events come in, its own included. `publishedAt` is when the first of them was given to
 * this node's broker, in milliseconds of its clock that never goes back; absent when another node published them, because clocks of nodes differ.
 */
export type ReceiveBatch = (batch: readonly BrokerMessage[], publishedAt?: number) => void;

/**
 * Carries messages to every node, this one included. At most once; all nodes see the messages of one channel in one order.
 */
export interface Broker {
  /**
   * Resolves when the broker accepted the whole batch. Rejects with BrokerUnavailable when that is not known. Under a key `once` a repeat after such
   * a rejection, within 120 seconds and by any node, publishes only what was not accepted before.
   */
  publish(batch: readonly BrokerMessage[], once?: string): Awaitable<void>;
  /** Carries a client's event as `publish` does, but never rejects: while the broker is out of reach, this node's subscribers alone get it. */
  relay(envelope: Envelope): Promise<void>;
  /** For how long `publish` cannot have succeeded, in milliseconds; 0 when it can. */
  outageMilliseconds(): number;
}

/** The broker did not confirm: nobody got the batch if it was never sent, otherwise somebody may have. */
export class BrokerUnavailable extends Error {
  override readonly name = 'BrokerUnavailable';
}

/** A channel of an app, as the registry and the hub know it. */
export interface ChannelAddress {
  readonly appId: string;
  readonly channel: ChannelName;
}

export interface ChannelCount {
  readonly subscriptions: number;
  /** Distinct users; 0 for channels without presence. */
  readonly users: number;
}

export interface ListedChannel {
  readonly channel: ChannelName;
  readonly count: ChannelCount;
}

/** A change over all nodes, told once to every node that holds the channel. */
export type Announcement =
  | { readonly type: 'occupied' | 'vacated'; readonly address: ChannelAddress }
  | { readonly type: 'member_added'; readonly address: ChannelAddress; readonly member: Member }
  | { readonly type: 'member_removed'; readonly address: ChannelAddress; readonly userId: string }
  | { readonly type: 'counted'; readonly address: ChannelAddress; readonly subscriptions: number };

/** What a node does with an announcement. */
export type Announce = (announcement: Announcement) => void;

/**
 * Knows who is where on all nodes. It is told what this node wants to hold, as absolute values, so every call may be repeated; it announces
 * each transition exactly once, in one order per channel, and never within a call that has not yet recorded it.
 */
export interface Registry {
  /** This node holds so many subscriptions of the channel. Takes effect soon; never fails. */
  hold(address: ChannelAddress, subscriptions: number): void;
  /**
   * This node holds a seat of the member. Resolves with the channel's living roster, the member included, once the seat is taken; with `full`
   * when the member would be a new one above `maxMembers`. A member who has a seat already keeps the first `user_info`.
   */
  take(address: ChannelAddress, member: Member, maxMembers: number): Promise<Roster | 'full'>;
  /** This node no longer holds the user's seat. Undoes a `take` that is still under way. Never fails. */
  leave(address: ChannelAddress, userId: string): void;
  /** Counts as of now, this node's own changes included. */
  count(address: ChannelAddress): Promise<ChannelCount>;
  /** The user ids of a presence channel as of now. */
  users(address: ChannelAddress): Promise<readonly string[]>;
  /** The occupied channels of an app whose name starts with `prefix`, by name; those of users are left out. */
  list(appId: string, prefix: string): Promise<ReadonlyMap<string, ListedChannel>>;
}

/** Finds apps. Rejects when the store is out of reach; a missing app is `undefined`. */
export interface AppStore {
  byId(id: string): Awaitable<App | undefined>;
  /** By any of the app's keys, revoked ones included. */
  byKey(key: string): Awaitable<App | undefined>;
}

/** The last event of a cache channel. */
export interface CachedEvent {
  readonly event: string;
  readonly data: string;
}

/** Keeps the last event of cache channels, each for its time to live. What is set last wins. */
export interface EventCache {
  set(address: ChannelAddress, event: CachedEvent, ttlSeconds: number): Promise<void>;
  /** The event and the seconds it has left, if it has not expired. */
  get(address: ChannelAddress): Promise<(CachedEvent & { readonly ttlSeconds: number }) | undefined>;
}

/** What an idempotency key stands for. */
export type Claim =
  | { readonly state: 'claimed' }
  /** Somebody else's request under this key is still under way. */
  | { readonly state: 'pending' }
  /** The key was used for another request body. */
  | { readonly state: 'conflict' }
  | { readonly state: 'done'; readonly answer: string };

/** Remembers the answers of requests that carry an idempotency key. Bounded in time and number. */
export interface IdempotencyStore {
  /** Atomic: of two equal claims at once, one is `claimed`. `fingerprint` identifies the request body. */
  claim(key: string, fingerprint: string): Promise<Claim>;
  complete(key: string, answer: string): Promise<void>;
  /** Frees a claimed key after a failure, so that the retry publishes. */
  release(key: string): Promise<void>;
}

/** Nobody can say for sure that the app is full: its clients shall come back, instead of giving up for good. */
export class QuotaUncertain extends Error {
  override readonly name = 'QuotaUncertain';
}

/** Counts an app's connections over all nodes. */
export interface ConnectionQuota {
  /** Resolves `false`, and counts nothing, when the app already has `maxConnections`. Rejects with QuotaUncertain when it may have. */
  acquire(appId: string, maxConnections: number): Promise<boolean>;
  release(appId: string): void;
  /** Open connections of the app as of now. */
  count(appId: string): Promise<number>;
}

/**
 * Allows so many actions a second under one key, over all nodes. Answers at once and never fails: a node counts its own share by itself and learns
 * of the others' meanwhile, so that the sum over all nodes is right within a tenth; when they are out of reach its share alone decides.
 */
export interface RateLimiter {
  /**
   * Takes `count` (1) of `perSecond` actions a second, of which a second's worth may come at once. Returns 0, or the milliseconds after which they
   * may be asked for again; then nothing is taken.
   */
  take(key: string, perSecond: number, count?: number): number;
}

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds that never go back. */
  monotonic(): number;
}

/** The part of pino that the core uses: fields first, a constant message. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** A fact under the id that its webhooks carry. */
export interface QueuedFact {
  /** Unique, and the same each time the fact is handed out. */
  readonly id: string;
  readonly fact: WebhookFact;
}

/**
 * Carries facts to the one node that makes webhooks of them. At least once: what was handed out and is not `done` when its node ends is handed
 * out again, under its id, to the next. The facts of one channel are handed out in the order in which they were added, to one node at a time.
 */
export interface WebhookQueue {
  /** Takes a fact over; never fails. Where the registry itself records its transitions, they are ignored here. */
  add(fact: WebhookFact): void;
  /** Names the one receiver of this node. Called once, before anything is added. */
  consume(receive: (batch: readonly QueuedFact[]) => void): void;
  /** Whether the fact is still this node's to deliver: handed out, not done, and not taken over by another node. To be asked before each attempt. */
  holds(id: string): boolean;
  /** These facts need no more delivery. One call is all or nothing, so that of two facts that cancel out never one comes back alone. */
  done(ids: readonly string[]): void;
  /** Hands out nothing more. Resolves with the ids of the facts that end with this node: nobody will be handed them again. */
  close(): Promise<ReadonlySet<string>>;
}

/** One implementation of every port, made together because they share connections. */
export interface Drivers {
  readonly apps: AppStore;
  readonly broker: Broker;
  readonly cache: EventCache;
  readonly idempotency: IdempotencyStore;
  readonly quota: ConnectionQuota;
  readonly rates: RateLimiter;
  readonly registry: Registry;
  readonly revocations: Revocations;
  readonly webhooks: WebhookQueue;
  /** Where nodes meet: what this one has met there. */
  readonly cluster?: Readonly<ClusterCounters>;
  /** Resolves when this node can miss nothing any more; to be awaited before connections are accepted. */
  start(): Promise<void>;
  /**
   * To be awaited after this node's last connection, before its webhooks are closed. Where nodes end together and nothing outlives them, it resolves
   * when the others have come so far: what their last connections leave behind may be this node's to deliver.
   */
  drained?(): Promise<void>;
  /** Gives back what this node holds elsewhere, after its last connection. */
  close(): Promise<void>;
}

/** What drivers need of the node that they are made for. */
export interface DriversOptions {
  readonly apps: readonly App[];
  readonly clock: Clock;
  readonly log: Log;
  readonly announce: Announce;
  readonly receiveBatch: ReceiveBatch;
  readonly revoked?: KnownRevocations;
  /** The channels of users that somebody on this node watches. After messages were lost, or a count of theirs, all of them are announced again. */
  readonly watched?: () => Iterable<ChannelAddress>;
}
