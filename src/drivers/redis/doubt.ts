import type { Log } from '../../core/ports.ts';
import type { Departed, Holdings } from './holdings.ts';
import type { PartitionLink } from './partition-link.ts';
import { pause } from './pause.ts';
import { numberOf } from './reply.ts';
import type { Rosters } from './rosters.ts';
import type { ClusterTiming } from './timing.ts';

interface DoubtOptions {
  readonly link: PartitionLink;
  readonly holdings: Holdings;
  readonly rosters: Rosters;
  readonly log: Pick<Log, 'debug'>;
  readonly timing: ClusterTiming;
}

const retryMilliseconds = 500;
/** Nobody is waited for longer than this, in times of doubt. */
const maxTimes = 10;
const maxClaims = 200;

/**
 * The time after Redis came back as another server. Who is missing in it may be brought back by a node that was not as quick, so nobody is
 * removed for being missing until the time is over. Then the difference is told, and what is truly gone is claimed for the webhooks, once.
 */
export class Doubt {
  readonly #options: DoubtOptions;
  #departed: Departed[] = [];
  #hasLostData = false;
  #begunAt = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: DoubtOptions) {
    this.#options = options;
  }

  /** The time begins, or begins anew. `departed` is what this node let go of while Redis was away. */
  begin(hasLostData: boolean, departed: readonly Departed[] = []): void {
    this.#options.rosters.isAdditive = true;
    this.#hasLostData ||= hasLostData;
    this.#departed.push(...departed);
    clearTimeout(this.#timer);
    this.#begunAt = performance.now();
    this.#timer = setTimeout(() => void this.#end(), this.#options.timing.doubtMilliseconds);
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  async #end(): Promise<void> {
    const { holdings, rosters } = this.#options;
    const timer = this.#timer;
    await this.#othersEntered();
    if (this.#timer !== timer) return; // it has begun anew
    const doubtful = [...holdings.all()].filter(({ roster }) => roster !== undefined && roster.doubtful.size > 0);
    if (this.#hasLostData) {
      const users = doubtful.flatMap(({ key, roster }) => [...(roster?.doubtful ?? [])].map((userId) => ({ channel: key, userId })));
      await this.#claim([...users, ...this.#departed], () => this.#timer === timer);
    }
    if (this.#timer !== timer) return; // it has begun anew
    this.#hasLostData = false;
    this.#departed = [];
    rosters.isAdditive = false;
    for (const channel of doubtful) rosters.distrust(channel);
  }

  /** Resolves when every node that registered has told what it held, or takes too long for it. */
  async #othersEntered(): Promise<void> {
    const { link, log, timing } = this.#options;
    const timer = this.#timer;
    while (this.#timer === timer && performance.now() - this.#begunAt < maxTimes * timing.doubtMilliseconds) {
      try {
        if (numberOf(await link.run('entered', [''])) === 0) return;
      } catch (err) {
        log.debug({ err }, 'redis did not say who is still entering');
      }
      await pause(retryMilliseconds);
    }
  }

  /** Members before their channels. */
  async #claim(claims: readonly Departed[], isCurrent: () => boolean): Promise<void> {
    const ordered = [...claims.filter(({ userId }) => userId !== undefined), ...claims.filter(({ userId }) => userId === undefined)];
    for (let start = 0; start < ordered.length && isCurrent(); ) {
      const page = ordered.slice(start, start + maxClaims);
      try {
        await this.#options.link.run(
          'claim',
          page.flatMap(({ channel, userId }) => [channel, userId ?? '']),
        );
        start += page.length;
      } catch (err) {
        this.#options.log.debug({ err }, 'redis did not take claims');
        await pause(retryMilliseconds);
      }
    }
  }
}
