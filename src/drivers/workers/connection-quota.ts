import type { ConnectionQuota } from '../../core/ports.ts';
import { type Link, wireLimit } from './link.ts';

/** The parent counts the connections of all workers, and forgets those of a worker that ends. */
export class WorkerConnectionQuota implements ConnectionQuota {
  readonly #link: Link;

  constructor(link: Link) {
    this.#link = link;
  }

  async acquire(appId: string, maxConnections: number): Promise<boolean> {
    let isGivenUp = false;
    try {
      return await this.#link.ask('acquire', [appId, wireLimit(maxConnections)], (isGranted) => {
        if (isGranted && isGivenUp) this.release(appId);
      });
    } catch (cause) {
      isGivenUp = true;
      throw cause;
    }
  }

  release(appId: string): void {
    this.#link.notify('releaseConnection', appId);
  }

  count(appId: string): Promise<number> {
    return this.#link.call('countConnections', appId);
  }
}
