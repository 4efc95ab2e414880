import type { Log } from '../../core/ports.ts';
import type { FlushListener } from './flush-settler.ts';
import type { HeldChannel, Reading } from './held-channel.ts';
import type { PartitionLink } from './partition-link.ts';
import { pause } from './pause.ts';
import { listOf, numberOf, refusalOf, rosterOf } from './reply.ts';

interface RosterReaderOptions {
  readonly link: PartitionLink;
  readonly listener: Pick<FlushListener, 'read' | 'readFailed'>;
  /** The id under which this node is registered, while it is. */
  readonly node: () => string | undefined;
  readonly disowned: (reason: 'UNREGISTERED') => void;
  readonly log: Pick<Log, 'debug'>;
}

const maxChannels = 200;
const retryMilliseconds = 100;

/** Reads rosters that this node keeps and cannot trust any more, many with one call, one call at a time. */
export class RosterReader {
  readonly #options: RosterReaderOptions;
  readonly #wanted = new Set<HeldChannel>();
  #isBusy = false;

  constructor(options: RosterReaderOptions) {
    this.#options = options;
  }

  /** Whether everything that was requested has been read. */
  get isIdle(): boolean {
    return this.#wanted.size === 0 && !this.#isBusy;
  }

  request(channel: HeldChannel): void {
    this.#wanted.add(channel);
    this.resume();
  }

  /** Goes on after the node was registered. */
  resume(): void {
    if (this.#isBusy || this.#wanted.size === 0) return;
    this.#isBusy = true;
    setImmediate(() => void this.#work());
  }

  async #work(): Promise<void> {
    const { node, log } = this.#options;
    for (let id = node(); id !== undefined && this.#wanted.size > 0; id = node()) {
      const begun = this.#begin();
      if (begun.size === 0) continue;
      try {
        await this.#read(id, begun);
      } catch (err) {
        log.debug({ err }, 'redis did not tell rosters');
        this.#giveBack(begun);
        await pause(retryMilliseconds);
      }
    }
    this.#isBusy = false;
  }

  #begin(): Map<HeldChannel, Reading> {
    const begun = new Map<HeldChannel, Reading>();
    for (const channel of this.#wanted) {
      if (begun.size >= maxChannels) break;
      this.#wanted.delete(channel);
      if (channel.roster === undefined || channel.reading !== undefined) continue; // let go, or about to be read by a joiner
      channel.reading = { announced: [] };
      begun.set(channel, channel.reading);
    }
    return begun;
  }

  async #read(id: string, begun: Map<HeldChannel, Reading>): Promise<void> {
    const { link, listener, disowned, node } = this.#options;
    const reply = await link.run('snapshot', [id, ...[...begun.keys()].map(({ key }) => key)]);
    // Meanwhile another life of this node began: what was read is of the one before.
    if (node() !== id) return this.#giveBack(begun);
    if (refusalOf(reply) !== undefined) {
      this.#giveBack(begun);
      return disowned('UNREGISTERED');
    }
    const [, sequence, rosters] = listOf(reply);
    const read = listOf(rosters);
    let index = 0;
    for (const [channel, reading] of [...begun]) {
      if (index >= read.length) break;
      begun.delete(channel);
      listener.read(channel, reading, rosterOf(read[index], numberOf(sequence)));
      index += 1;
    }
    this.#giveBack(begun);
  }

  #giveBack(begun: ReadonlyMap<HeldChannel, Reading>): void {
    for (const [channel, reading] of begun) {
      this.#options.listener.readFailed(channel, reading);
      this.#wanted.add(channel);
    }
  }
}
