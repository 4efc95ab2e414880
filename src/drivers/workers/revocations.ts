import type { KnownRevocations, Revocation, Revocations } from '../../core/revocation.ts';
import type { Link } from './link.ts';

/** The parent keeps what is revoked, and tells all workers. */
export class WorkerRevocations implements Revocations {
  readonly #link: Link;

  constructor(link: Link, known: KnownRevocations | undefined) {
    this.#link = link;
    link.on('revoked', (revocations) => {
      for (const revocation of revocations) known?.add(revocation);
    });
  }

  /** Resolves when everything that was revoked before was told. */
  async start(): Promise<void> {
    await this.#link.call('revocations');
  }

  async revoke(revocation: Revocation): Promise<void> {
    await this.#link.call('revoke', revocation);
  }
}
