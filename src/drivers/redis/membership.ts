import type { ClusterCounters } from '../../core/cluster-counters.ts';
import type { Announce, Log } from '../../core/ports.ts';
import { compare } from './comparison.ts';
import { Doubt } from './doubt.ts';
import type { Flusher } from './flusher.ts';
import type { Holdings } from './holdings.ts';
import { Lease, type LeaseListener, type Registration } from './lease.ts';
import type { PartitionHealth } from './partition-health.ts';
import type { PartitionLink } from './partition-link.ts';
import { pause } from './pause.ts';
import type { RosterReader } from './roster-reader.ts';
import type { Rosters } from './rosters.ts';
import { Sweeper } from './sweeper.ts';
import type { ClusterTiming } from './timing.ts';
import type { WatchedUsers } from './watched-users.ts';

export interface MembershipOptions {
  readonly link: PartitionLink;
  readonly health: PartitionHealth;
  readonly holdings: Holdings;
  readonly flusher: Flusher;
  readonly rosters: Rosters;
  readonly reader: RosterReader;
  readonly announce: Announce;
  readonly watched: WatchedUsers;
  readonly counters: ClusterCounters;
  readonly log: Pick<Log, 'debug' | 'info' | 'warn'>;
  readonly monotonic: () => number;
  readonly random: () => number;
  readonly timing: ClusterTiming;
  /** Redis has numbered messages up to this one. */
  readonly heard: (sequence: number) => void;
}

const retryMilliseconds = 500;

/**
 * This node's life in a partition: it enters, and after whatever went wrong it enters again under another id, tells everything it holds, reads
 * everything it keeps, and tells its subscribers only what is different by then.
 */
export class Membership implements LeaseListener {
  readonly #options: MembershipOptions;
  readonly #lease: Lease;
  readonly #doubt: Doubt;
  readonly #sweeper: Sweeper;
  #epoch: string | undefined;
  /** Rises with each entry: what an earlier life still wants to do is no longer done. */
  #life = 0;
  #isRegistering = false;
  /** Until everything is told again. */
  #isEntering = false;
  #isFrozen = false;
  #isComparing = false;
  #comparesAgain = false;
  #isClosed = false;

  constructor(options: MembershipOptions) {
    this.#options = options;
    const { flusher } = options;
    this.#lease = new Lease({ ...options, acknowledged: () => flusher.acknowledged, listener: this });
    this.#doubt = new Doubt(options);
    this.#sweeper = new Sweeper(options);
  }

  /** The id under which Redis knows this node, while it does. */
  get node(): string | undefined {
    return this.#lease.id;
  }

  /** Resolves once Redis knows this node. */
  async start(): Promise<void> {
    await this.#enter('', 0);
  }

  /** Before anything that came is believed: after a pause this node may have been declared dead. */
  examine(): void {
    if (this.#isFrozen || !this.#lease.isDoubtful) return;
    this.#freeze();
    void this.#lease.check(); // ends with `renewed` or `disowned`, or is repeated
  }

  /** Messages may have been lost: what this node keeps is compared soon. */
  compareSoon(): void {
    this.#comparesAgain = true;
    if (this.#isComparing) return;
    this.#isComparing = true;
    void this.#compareUntilDone();
  }

  disowned(reason: 'UNREGISTERED' | 'LOST'): void {
    if (this.#isRegistering || this.#isClosed) return;
    this.#options.log.warn({ reason }, 'redis does not know what this node holds any more: everything is told again');
    this.#options.counters.reentries += 1;
    const previous = this.#lease.id ?? '';
    if (reason === 'LOST') this.#doubt.begin(true);
    void this.#enter(previous, this.#options.random() * this.#options.timing.spreadMilliseconds);
  }

  renewed(sequence: number): void {
    this.#options.heard(sequence);
    if (!this.#isFrozen || this.#isEntering) return;
    this.#thaw();
    this.compareSoon();
  }

  serverChanged(): void {
    this.#doubt.begin(false);
  }

  died(nodes: readonly string[]): void {
    for (const node of nodes) void this.#sweeper.sweep(node, false);
  }

  /** Redis did not answer: it is asked again and again until it does. */
  probe(): void {
    this.#lease.probe();
  }

  /** Somebody knows for certain that the node of this id has ended. */
  bury(node: string): void {
    void this.#sweeper.sweep(node, true);
  }

  /** Leaves: what Redis still has of this node is taken away. Never rejects. */
  async close(): Promise<void> {
    const id = this.#lease.id;
    this.#isClosed = true;
    this.#life += 1;
    this.#lease.close();
    this.#doubt.close();
    this.#options.flusher.close();
    this.#options.rosters.close();
    if (id !== undefined && !this.#options.health.isFailing) await this.#sweeper.sweep(id, true);
  }

  async #enter(previous: string, delayMilliseconds: number): Promise<void> {
    const { flusher, holdings, reader } = this.#options;
    this.#isEntering = true;
    this.#isRegistering = true;
    this.#life += 1;
    const life = this.#life;
    this.#freeze();
    flusher.suspend();
    if (delayMilliseconds > 0) await pause(delayMilliseconds);
    const registration = await this.#lease.register(previous);
    if (registration === undefined) return;
    this.#isRegistering = false;
    this.#begin(registration);
    const channels = [...holdings.all()];
    for (const channel of channels) flusher.changed(channel, true);
    await Promise.all(channels.map((channel) => flusher.flushed(channel)));
    await this.#conclude(registration, life);
    if (this.#life !== life) return;
    this.#isEntering = false;
    this.#thaw();
    reader.resume();
    if (life > 1) this.compareSoon(); // nothing was kept before the first
  }

  #begin({ id, previous, epoch, sequence }: Registration): void {
    const { flusher, holdings, heard } = this.#options;
    const hasLostData = this.#epoch !== undefined && this.#epoch !== epoch;
    this.#epoch = epoch;
    const departed = holdings.forgetRecords(hasLostData);
    if (hasLostData) this.#doubt.begin(true, departed);
    flusher.enter({ id, previous });
    heard(sequence);
  }

  /** Everything that is still wanted was told, and taken over from the id before: the rest of that goes. */
  async #conclude({ id, previous }: Registration, life: number): Promise<void> {
    const { link, log } = this.#options;
    while (this.#life === life) {
      try {
        await link.run('entered', [id]);
        if (previous === '' || (await this.#sweeper.sweep(previous, true))) return;
      } catch (err) {
        log.debug({ err }, 'an entry could not be concluded');
      }
      await pause(retryMilliseconds);
    }
  }

  #freeze(): void {
    this.#isFrozen = true;
    this.#options.rosters.freeze();
  }

  #thaw(): void {
    this.#isFrozen = false;
    this.#options.rosters.thaw(this.#options.holdings.all());
  }

  async #compareUntilDone(): Promise<void> {
    const { log, random, timing, watched } = this.#options;
    await pause(random() * timing.spreadMilliseconds);
    while (this.#comparesAgain && !this.#isClosed) {
      this.#comparesAgain = false;
      try {
        // First of all: does Redis know this node, and is it the same Redis? While rosters are frozen they are read anew anyway.
        const isKnown = await this.#lease.check();
        const { node } = this;
        if (isKnown && node !== undefined && !((await compare(this.#options, node)) && (await watched.compare(node)))) this.disowned('UNREGISTERED');
        if (!isKnown) await this.#retryComparison();
      } catch (err) {
        log.debug({ err }, 'a comparison with redis failed');
        await this.#retryComparison();
      }
    }
    this.#isComparing = false;
  }

  async #retryComparison(): Promise<void> {
    this.#comparesAgain = true;
    await pause(retryMilliseconds);
  }
}
