import type { Clock } from '../../core/ports.ts';
import type { Revocation } from '../../core/revocation.ts';
import { RevocationList } from '../../core/revocation-list.ts';
import { type HostNode, orderText } from './host-node.ts';

const revocationsPerOrder = 500;

/** Sends a text to one worker, or to all. */
type Tell = (text: string, to?: HostNode) => void;

/** What the workers of one machine have revoked, for those that start later. */
export class HostRevocations {
  readonly #list: RevocationList;
  readonly #tell: Tell;

  constructor(clock: Clock, tell: Tell) {
    this.#list = new RevocationList(clock);
    this.#tell = tell;
  }

  add(revocation: Revocation): null {
    if (this.#list.add(revocation)) this.#tell(orderText('revoked', [revocation]));
    return null;
  }

  tellAll(node: HostNode): null {
    const revocations = [...this.#list.all()];
    for (let start = 0; start < revocations.length; start += revocationsPerOrder) {
      this.#tell(orderText('revoked', revocations.slice(start, start + revocationsPerOrder)), node);
    }
    return null;
  }

  /** Called once a second. */
  tick(): void {
    this.#list.tick();
  }
}
