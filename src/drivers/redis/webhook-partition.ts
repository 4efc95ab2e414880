import type { WebhookFact } from '../../core/events.ts';
import type { Log, QueuedFact } from '../../core/ports.ts';
import type { RedisClient } from './client.ts';
import { backoff } from './redis-options.ts';
import type { Script } from './script.ts';
import { parseFact } from './webhook-fact.ts';

export interface PartitionOptions {
  readonly client: Pick<RedisClient, 'commands' | 'isUp'>;
  readonly poll: Script;
  readonly release: Script;
  readonly stream: string;
  readonly partition: number;
  readonly node: string;
  readonly log: Pick<Log, 'warn'>;
  readonly timing: WebhookTiming;
  readonly receive: (batch: readonly QueuedFact[]) => void;
}

export interface WebhookTiming {
  /** A consumer that has not renewed for so long is replaced. */
  readonly leaseMilliseconds: number;
  /** How often a consumer looks for facts that nobody told it of. */
  readonly idleMilliseconds: number;
}

const readFacts = 200;
const maxOpenFacts = 5000;
const start = '-';

/** One partition's stream, seen by one node: it consumes when it gets the lease, and else waits for it. */
export class WebhookPartition {
  readonly #options: PartitionOptions;
  /** The facts that were handed out and are not done, by their ids in the stream. */
  readonly #open = new Map<string, WebhookFact>();
  /** Those of them that were asked for while the lease was in doubt: whoever asked has dropped them. */
  readonly #denied = new Set<string>();
  /** Stream ids to delete. */
  #done: string[] = [];
  #from = start;
  /** `undefined` until Redis has said it. */
  #isOwner: boolean | undefined;
  #heldUntil = 0;
  #timer: NodeJS.Timeout | undefined;
  #polling: Promise<void> | undefined;
  #isWoken = false;
  #isClosed = false;
  #failures = 0;
  #hasWarned = false;

  constructor(options: PartitionOptions) {
    this.#options = options;
    this.#schedule(0);
  }

  /** There may be something to read, if it is for this node. */
  wake(): void {
    if (this.#isClosed || this.#isOwner === false) return;
    this.#isWoken = true;
    if (this.#polling === undefined) this.#schedule(0);
  }

  holds(entry: string): boolean {
    if (!this.#open.has(entry)) return false;
    if (performance.now() < this.#heldUntil) return true;
    this.#denied.add(entry);
    return false;
  }

  /** All entries of one call are deleted together. */
  done(entries: readonly string[]): void {
    for (const entry of entries) {
      this.#denied.delete(entry);
      if (this.#open.delete(entry)) this.#done.push(entry);
    }
  }

  /** A node has ended for certain: if it had the lease, this one takes it now. Never fails: else the lease runs out. */
  bury(node: string): void {
    const { client, release, stream } = this.#options;
    release.run(client.commands, [stream, `${stream}:owner`], [node]).then(
      () => {
        this.#isWoken = true;
        if (!this.#isClosed && this.#polling === undefined) this.#schedule(0);
      },
      () => undefined,
    );
  }

  /** Gives the lease back, so that another node goes on at once. Never rejects. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#polling;
    this.#open.clear();
    const { client, release, stream, node } = this.#options;
    if (this.#isOwner !== true && this.#done.length === 0) return;
    await release.run(client.commands, [stream, `${stream}:owner`], [node, ...this.#done]).catch(() => undefined);
  }

  #schedule(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#isWoken = false;
      this.#polling = this.#poll().then((next) => {
        this.#polling = undefined;
        if (!this.#isClosed) this.#schedule(this.#isWoken ? 0 : next);
      });
    }, milliseconds);
  }

  /** Resolves with the milliseconds until the next time. Never rejects. */
  async #poll(): Promise<number> {
    const { client, poll, stream, node, timing } = this.#options;
    const { leaseMilliseconds, idleMilliseconds } = timing;
    if (!client.isUp) return this.#backOff(); // the connection logs its outages, and the start waits for it
    const done = this.#done;
    this.#done = [];
    const sentAt = performance.now();
    const from = this.#from;
    const count = this.#open.size < maxOpenFacts ? readFacts : 0;
    try {
      const reply = await poll.run(client.commands, [stream, `${stream}:owner`], [node, leaseMilliseconds, from, count, ...done]);
      this.#failures = 0;
      this.#hasWarned = false;
      const [state, entries] = Array.isArray(reply) ? reply : [];
      // What is open belongs to another node, or did in between and may be done.
      if (state === 'other' || state === 'taken') this.#lose();
      if (state === 'other') return (leaseMilliseconds / 3) * (0.5 + Math.random());
      this.#isOwner = true;
      // A tenth less than Redis counts: what is sent must be under way before another node may take over.
      this.#heldUntil = sentAt + 0.9 * leaseMilliseconds;
      this.#handOutDenied();
      if (state !== 'kept' && from !== start) {
        // Redis lost its data, or another node had the lease: from the beginning, where what is open is skipped.
        this.#from = start;
        return 0;
      }
      return this.#handOut(Array.isArray(entries) ? entries : []) ? 0 : idleMilliseconds;
    } catch (err) {
      // Whether they were deleted is not known; that can be repeated.
      this.#done = [...done, ...this.#done];
      if (!this.#hasWarned) this.#options.log.warn({ err, partition: this.#options.partition }, 'webhooks wait for redis');
      this.#hasWarned = true;
      return this.#backOff();
    }
  }

  #backOff(): number {
    this.#failures += 1;
    return backoff(this.#failures, Math.random);
  }

  /** Whether there is more to read. */
  #handOut(entries: readonly unknown[]): boolean {
    const batch: QueuedFact[] = [];
    for (const entry of entries) this.#read(entry, batch);
    if (batch.length > 0 && !this.#isClosed) this.#options.receive(batch);
    return entries.length === readFacts;
  }

  #read(entry: unknown, batch: QueuedFact[]): void {
    const [id, fields] = Array.isArray(entry) ? entry : [];
    if (typeof id !== 'string') return;
    this.#from = idAfter(id);
    if (this.#open.has(id) || this.#isClosed) return;
    const fact = Array.isArray(fields) && fields[0] === 'fact' ? parseFact(String(fields[1])) : undefined;
    if (fact === undefined) {
      this.#options.log.warn({ partition: this.#options.partition, entry: id }, 'an entry of the webhook stream is malformed');
      this.#done.push(id);
      return;
    }
    this.#open.set(id, fact);
    batch.push({ id: this.#idOf(id), fact });
  }

  /** Nobody else got the lease in the meantime, so nobody else has these facts; Redis may have lost them. */
  #handOutDenied(): void {
    const denied = [...this.#open].filter(([entry]) => this.#denied.has(entry));
    this.#denied.clear();
    if (denied.length > 0 && !this.#isClosed) this.#options.receive(denied.map(([entry, fact]) => ({ id: this.#idOf(entry), fact })));
  }

  #idOf(entry: string): string {
    return `${this.#options.partition}-${entry}`;
  }

  #lose(): void {
    this.#isOwner = false;
    this.#heldUntil = 0;
    this.#open.clear();
    this.#denied.clear();
    this.#from = start;
  }
}

/** The first id that a later entry may have: `TIME-NUMBER`. Redis can leave out a bound by itself (`(ID`) since 6.2 only. */
function idAfter(id: string): string {
  const dash = id.indexOf('-');
  return `${id.slice(0, dash)}-${Number(id.slice(dash + 1)) + 1}`;
}
