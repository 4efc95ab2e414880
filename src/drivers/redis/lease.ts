import { randomBytes } from 'node:crypto';
import type { Log } from '../../core/ports.ts';
import type { PartitionHealth } from './partition-health.ts';
import type { PartitionLink } from './partition-link.ts';
import { pause } from './pause.ts';
import { listOf, numberOf, textOf } from './reply.ts';
import type { ClusterTiming } from './timing.ts';

/** What Redis answers to a registration. */
export interface Registration {
  readonly id: string;
  /** The id before; '' for the first. */
  readonly previous: string;
  /** Another one than before: Redis has lost everything. */
  readonly epoch: string;
  /** The number of the last message. */
  readonly sequence: number;
}

interface LeaseOptions {
  readonly link: PartitionLink;
  readonly health: PartitionHealth;
  readonly log: Pick<Log, 'debug'>;
  readonly monotonic: () => number;
  readonly random: () => number;
  readonly timing: ClusterTiming;
  /** The revision of the last change that Redis acknowledged. */
  readonly acknowledged: () => number;
  readonly listener: LeaseListener;
}

export interface LeaseListener {
  /** Redis knows this node, and the stream had come so far. */
  renewed(sequence: number): void;
  disowned(reason: 'UNREGISTERED' | 'LOST'): void;
  /** Another server than before answers: it was restarted, or another one took its place. */
  serverChanged(): void;
  /** These nodes are gone, and some of what they held is still there. */
  died(nodes: readonly string[]): void;
}

const probeMilliseconds = 250;

/**
 * This node's registration in a partition, under an id that it never uses again once it was lost, and the proof that it lives. Time counts by
 * the renewals of all nodes, so that nobody dies of an outage of Redis.
 */
export class Lease {
  readonly #options: LeaseOptions;
  #id: string | undefined;
  #renewedAt = Number.NEGATIVE_INFINITY;
  #runId = '';
  #asksForServer = true;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  #underWay: Promise<boolean> | undefined;

  constructor(options: LeaseOptions) {
    this.#options = options;
  }

  /** The id under which this node is registered, while it is as far as it knows. */
  get id(): string | undefined {
    return this.#id;
  }

  /** Whether this node may have been swept: its last renewal is too long ago. */
  get isDoubtful(): boolean {
    return this.#options.monotonic() - this.#renewedAt > this.#options.timing.certainMilliseconds;
  }

  /** Takes a new id in place of the one before. Resolves when Redis has accepted it; `undefined` when the lease was closed before. */
  async register(previous: string): Promise<Registration | undefined> {
    const { link, log, monotonic, random } = this.#options;
    this.#id = undefined;
    // One id for all attempts: one whose answer was lost is the one that is repeated.
    const id = randomBytes(9).toString('base64url');
    while (!this.#isClosed) {
      try {
        const sentAt = monotonic();
        const [epoch, sequence] = listOf(await link.run('register', [id, previous]));
        this.#id = id;
        this.#renewedAt = sentAt;
        this.#schedule();
        return { id, previous, epoch: textOf(epoch), sequence: numberOf(sequence) };
      } catch (err) {
        log.debug({ err }, 'redis did not register this node');
        await pause(probeMilliseconds * (0.5 + random()));
      }
    }
    return undefined;
  }

  /** Renews now, and asks which server it is. Resolves with whether Redis knows this node; `false` also when it does not answer. */
  async check(): Promise<boolean> {
    await this.#underWay; // it did not ask
    this.#asksForServer = true;
    return this.#renew();
  }

  /** Does not wait for the next renewal. */
  probe(): void {
    if (this.#id !== undefined && this.#underWay === undefined) this.#schedule();
  }

  close(): void {
    this.#isClosed = true;
    this.#id = undefined;
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#isClosed) return;
    const { health, timing } = this.#options;
    const { isFailing } = health;
    if (isFailing) this.#asksForServer = true;
    this.#timer = setTimeout(() => void this.#renew(), isFailing ? probeMilliseconds : timing.renewalMilliseconds);
  }

  #renew(): Promise<boolean> {
    this.#underWay ??= this.#renewOnce().finally(() => {
      this.#underWay = undefined;
      this.#schedule();
    });
    return this.#underWay;
  }

  async #renewOnce(): Promise<boolean> {
    const { link, monotonic, acknowledged, listener, timing } = this.#options;
    const id = this.#id;
    if (id === undefined) return false;
    const sentAt = monotonic();
    const asksForServer = this.#asksForServer;
    let reply: readonly unknown[];
    try {
      reply = listOf(await link.run('renew', [id, acknowledged(), timing.tickMilliseconds, asksForServer ? 1 : 0]));
    } catch {
      this.#asksForServer = true; // whoever answers next may be another one
      return false;
    }
    if (this.#id !== id) return false;
    const [status, sequence, runId, dead] = reply;
    if (asksForServer) this.#noteServer(textOf(runId));
    if (status !== 'OK') {
      listener.disowned(status === 'LOST' ? 'LOST' : 'UNREGISTERED');
      return false;
    }
    this.#renewedAt = sentAt;
    listener.renewed(numberOf(sequence));
    const nodes = listOf(dead).map(textOf);
    if (nodes.length > 0) listener.died(nodes);
    return true;
  }

  #noteServer(runId: string): void {
    this.#asksForServer = false;
    if (runId === '' || runId === this.#runId) return;
    if (this.#runId !== '') this.#options.listener.serverChanged();
    this.#runId = runId;
  }
}
