import type { Claim, IdempotencyStore } from '../../core/ports.ts';
import type { HostNode } from './host-node.ts';

/** Of one worker at once; beyond that the oldest end by their time only. */
const maxClaims = 10_000;

/** The idempotency keys of all workers. A worker that ends leaves none behind that is never answered: whoever repeats the request may claim it. */
export class HostIdempotency {
  readonly #store: IdempotencyStore;

  constructor(store: IdempotencyStore) {
    this.#store = store;
  }

  async claim(node: HostNode, key: string, fingerprint: string): Promise<Claim> {
    const claim = await this.#store.claim(key, fingerprint);
    if (claim.state !== 'claimed') return claim;
    if (node.isGone) await this.#store.release(key);
    for (const oldest of node.claims) {
      if (node.claims.size < maxClaims) break;
      node.claims.delete(oldest);
    }
    node.claims.add(key);
    return claim;
  }

  async complete(node: HostNode, key: string, answer: string): Promise<null> {
    node.claims.delete(key);
    await this.#store.complete(key, answer);
    return null;
  }

  async release(node: HostNode, key: string): Promise<null> {
    node.claims.delete(key);
    await this.#store.release(key);
    return null;
  }

  /** The worker has ended. What it had published under its keys is known, so a repeat publishes only the rest. */
  lose({ claims }: HostNode): void {
    for (const key of claims) void this.#store.release(key);
  }
}
