import type { WebhookFact } from '../../core/events.ts';
import type { Announcement, BrokerMessage, CachedEvent, Claim, ListedChannel, QueuedFact } from '../../core/ports.ts';
import type { Revocation } from '../../core/revocation.ts';
import type { Member } from '../../protocol/member.ts';

/** A channel on the wire: app id and name. */
export type WireAddress = readonly [appId: string, channel: string];

/** A presence channel's members, for a worker that does not know them yet. */
export type Seated = 'full' | 'known' | readonly (readonly [userId: string, userInfo: string])[];

/** Actions that a worker let pass under a key, of so many a second. */
export type TakenRate = readonly [key: string, perSecond: number, count: number];

/** The messages of a batch from `start` to before `end` are published under a key, unless they were before. */
export type OnceKey = readonly [key: string, start: number, end: number];

/** What a worker asks its parent for: arguments and answer. */
export interface Calls {
  /** `since` is handed back with the order `own`. */
  publish(batch: readonly BrokerMessage[], since: number, keys?: readonly OnceKey[]): null;
  /** `null` is no limit, here and below. */
  take(address: WireAddress, member: Member, maxMembers: number | null): Seated;
  count(address: WireAddress): { readonly subscriptions: number; readonly users: number };
  users(address: WireAddress): readonly string[];
  list(appId: string, prefix: string): readonly (readonly [name: string, listed: ListedChannel])[];
  cacheSet(address: WireAddress, event: CachedEvent, ttlSeconds: number): null;
  cacheGet(address: WireAddress): (CachedEvent & { readonly ttlSeconds: number }) | null;
  claim(key: string, fingerprint: string): Claim;
  complete(key: string, answer: string): null;
  releaseKey(key: string): null;
  acquire(appId: string, maxConnections: number | null): boolean;
  countConnections(appId: string): number;
  revoke(revocation: Revocation): null;
  /** Answered after the orders that tell all of them. */
  revocations(): null;
  /** It cannot start, for this reason, and ends as soon as that was heard. */
  failed(reason: string): null;
  /** Hands out nothing more to this worker. The ids of the facts that end with it. */
  closeWebhooks(): readonly string[];
}

/** What a worker tells its parent, in order with its calls; nothing is answered. */
export interface Notices {
  /** The first message: which worker it is. */
  hello(workerId: string): void;
  /** It accepts connections there. */
  listening(host: string, port: number): void;
  heartbeat(): void;
  hold(address: WireAddress, subscriptions: number): void;
  leave(address: WireAddress, userId: string): void;
  releaseConnection(appId: string): void;
  take(rates: readonly TakenRate[]): void;
  addFact(fact: WebhookFact): void;
  /** It has no connections left and gets none. */
  drained(): void;
  /** The ids under which it is known elsewhere, where whoever else may take away what it held; empty when it has none any more. */
  knownAs(ids: readonly string[]): void;
  /** The readings that were asked for; what they are only those know who show them. */
  report(number: number, readings: unknown): void;
  /** It makes webhooks of facts. */
  consume(): void;
  done(ids: readonly string[]): void;
}

/** What the parent tells a worker. */
export interface Orders {
  batch(batch: readonly BrokerMessage[]): void;
  /** The batch that follows is this worker's own. */
  own(since: number): void;
  announce(announcement: Announcement): void;
  facts(batch: readonly QueuedFact[]): void;
  /** How much it is to log, when that is not as configured. */
  logLevel(level: string): void;
  revoked(revocations: readonly Revocation[]): void;
  /** The worker may end: when all are to end, all have drained. */
  end(): void;
  /** The worker that was known under these ids has ended. Told to one of the others. */
  ended(ids: readonly string[]): void;
  /** Its readings are wanted, under this number. */
  report(number: number): void;
  /** What another worker let pass. */
  taken(rates: readonly TakenRate[]): void;
}

export type CallName = keyof Calls;
export type NoticeName = keyof Notices;
export type OrderName = keyof Orders;

/** On the wire: a number for calls, which the reply repeats; 0 for notices. */
export type ToParent = readonly [number: number, name: string, ...args: unknown[]];

/** On the wire: orders by name; replies under the number of their call, with what the call failed with, if it did. */
export type ToWorker = readonly ['order', name: string, argument: unknown] | readonly ['reply', number: number, answer: unknown, failure?: string];
