import type { ClusterCounters } from '../../core/cluster-counters.ts';
import type { Log } from '../../core/ports.ts';
import type { PartitionLink } from './partition-link.ts';
import { pause } from './pause.ts';
import { numberOf } from './reply.ts';

interface SweeperOptions {
  readonly link: PartitionLink;
  readonly counters: ClusterCounters;
  readonly log: Pick<Log, 'info' | 'debug'>;
}

/** Between two steps, so that Redis serves others in between. */
const breathMilliseconds = 5;

/** Takes away what nodes held that are no more, in steps that never occupy Redis for long. */
export class Sweeper {
  readonly #options: SweeperOptions;
  readonly #underWay = new Map<string, Promise<boolean>>();

  constructor(options: SweeperOptions) {
    this.#options = options;
  }

  /**
   * Resolves with `true` when nothing of the node is left, with `false` when Redis did not answer: whoever renews next hears of the rest. With
   * `isCertain` its end is known here, as that of this node under an id that it no longer uses; otherwise Redis decides.
   */
  sweep(node: string, isCertain: boolean): Promise<boolean> {
    const underWay = this.#underWay.get(node);
    if (underWay !== undefined) return underWay;
    const sweep = this.#sweep(node, isCertain).finally(() => this.#underWay.delete(node));
    this.#underWay.set(node, sweep);
    return sweep;
  }

  async #sweep(node: string, isCertain: boolean): Promise<boolean> {
    const { link, counters, log } = this.#options;
    if (!isCertain) {
      counters.sweeps += 1;
      log.info({ node }, 'a node is gone: what it held is taken away');
    }
    try {
      while (numberOf(await link.run('sweep', [node, isCertain ? 1 : 0])) === 1) await pause(breathMilliseconds);
      return true;
    } catch (err) {
      log.debug({ err, node }, 'a sweep was interrupted');
      return false;
    }
  }
}
