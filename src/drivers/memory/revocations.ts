import type { KnownRevocations, Revocation, Revocations } from '../../core/revocation.ts';

/** The revocations of a node that runs alone: nobody else is to be told, and they end with the process. */
export class MemoryRevocations implements Revocations {
  readonly #known: KnownRevocations | undefined;

  constructor(known: KnownRevocations | undefined) {
    this.#known = known;
  }

  async revoke(revocation: Revocation): Promise<void> {
    this.#known?.add(revocation);
  }
}
