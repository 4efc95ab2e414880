import type { ClusterCounters } from '../../core/cluster-counters.ts';
import type { Log, ReceiveBatch } from '../../core/ports.ts';
import { decodeControl } from './batch.ts';
import { type MessageHeader, parseHeader } from './message.ts';
import type { PartitionHealth } from './partition-health.ts';
import type { PartitionLink } from './partition-link.ts';
import { pause } from './pause.ts';
import { listOf, textOf } from './reply.ts';
import { type Gap, StreamPosition } from './stream-position.ts';
import type { ClusterTiming } from './timing.ts';
import { decodeTransitions, type Transition } from './transition.ts';

interface BusPartitionOptions {
  readonly link: PartitionLink;
  readonly health: PartitionHealth;
  readonly counters: ClusterCounters;
  readonly log: Pick<Log, 'warn'>;
  readonly receive: ReceiveBatch;
  readonly receiver: BusReceiver;
  readonly timing: Pick<ClusterTiming, 'patienceMilliseconds'>;
}

/** Where the messages of a partition go. */
export interface BusReceiver {
  /** Before each message. */
  examine(): void;
  batch(header: MessageHeader, bytes: Buffer): void;
  announcements(header: MessageHeader, transitions: readonly Transition[]): void;
  /** All messages up to the last number were handed over. */
  advanced(): void;
  /** Messages were lost, or may have been. */
  interrupted(): void;
}

const retryMilliseconds = 500;

/** Receives the numbered messages of a partition, and notices what is missing. */
export class BusPartition {
  readonly #options: BusPartitionOptions;
  readonly #position = new StreamPosition();
  readonly #timers = new Set<NodeJS.Timeout>();
  #wasUp = false;
  /** Numbers among which there may be orders that this node has not obeyed. */
  #missed: Pick<Gap, 'after' | 'before'> | undefined;
  #isClosed = false;

  constructor(options: BusPartitionOptions) {
    this.#options = options;
  }

  /** The number of the last message received. */
  get received(): number {
    return this.#position.last;
  }

  up(): void {
    this.#options.health.subscribed(true);
    if (this.#wasUp) this.#options.receiver.interrupted();
    this.#wasUp = true;
  }

  down(): void {
    this.#options.health.subscribed(false);
  }

  message(bytes: Buffer): void {
    const { counters, receiver } = this.#options;
    const header = parseHeader(bytes);
    if (header === undefined) {
      counters.malformed += 1;
      return;
    }
    const transitions = header.kind === 'batch' ? [] : decodeTransitions(bytes, header.end);
    if (transitions === undefined) {
      counters.malformed += 1;
      return;
    }
    receiver.examine();
    this.#note(this.#position.advance(header.sequence));
    if (header.kind === 'batch') receiver.batch(header, bytes);
    else receiver.announcements(header, transitions);
    receiver.advanced();
  }

  /** Redis said that it has numbered messages up to this one. */
  heard(sequence: number): void {
    this.#position.start(sequence);
    if (sequence <= this.#position.last) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#note(this.#position.expect(sequence));
    }, this.#options.timing.patienceMilliseconds);
    this.#timers.add(timer);
  }

  close(): void {
    this.#isClosed = true;
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #note(gap: Gap | undefined): void {
    if (gap === undefined) return;
    const { counters, log, receiver } = this.#options;
    counters.lost += gap.lost;
    counters.gaps += 1;
    log.warn({ lost: gap.lost }, 'messages of other nodes were lost');
    receiver.interrupted();
    const isReplaying = this.#missed !== undefined;
    this.#missed = { after: Math.min(gap.after, this.#missed?.after ?? gap.after), before: gap.before };
    if (!isReplaying) void this.#replayControls();
  }

  /** Events that were lost stay lost; orders are obeyed late rather than never. */
  async #replayControls(): Promise<void> {
    const { link, receive } = this.#options;
    for (let missed = this.#missed; missed !== undefined && !this.#isClosed; missed = this.#missed) {
      try {
        const orders = listOf(await link.run('controls', [missed.after, missed.before])).map((order) => decodeControl(textOf(order)));
        const known = orders.filter((order) => order !== undefined);
        if (known.length > 0) receive(known);
        if (this.#missed === missed) this.#missed = undefined;
      } catch {
        await pause(retryMilliseconds); // Redis is away as well
      }
    }
  }
}
