import type { Claim, IdempotencyStore } from '../../core/ports.ts';
import type { Link } from './link.ts';

/** The parent keeps the idempotency keys of all workers. */
export class WorkerIdempotencyStore implements IdempotencyStore {
  readonly #link: Link;

  constructor(link: Link) {
    this.#link = link;
  }

  claim(key: string, fingerprint: string): Promise<Claim> {
    return this.#link.call('claim', key, fingerprint);
  }

  async complete(key: string, answer: string): Promise<void> {
    await this.#link.call('complete', key, answer);
  }

  async release(key: string): Promise<void> {
    await this.#link.call('releaseKey', key);
  }
}
