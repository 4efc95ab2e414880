import type { ServerLimits } from '../protocol/limits.ts';
import { AddressLimits } from './address-limits.ts';
import { Admission, type Waiting } from './admission.ts';
import type { Counters } from './counters.ts';
import type { Holding } from './holding.ts';
import type { Clock } from './ports.ts';

interface ReceptionOptions {
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly counters: Counters;
  readonly holding: Holding;
  readonly limits: ServerLimits;
}

/** What was decided about a handshake before its socket was upgraded. */
export interface Arrival {
  /** What it is counted under, until it departs. */
  readonly address: string | undefined;
  readonly isRefused: boolean;
}

/** Most arrivals: nothing to remember. */
const welcome: Arrival = { address: undefined, isRefused: false };
const refused: Arrival = { address: undefined, isRefused: true };

/** Where handshakes are counted: per address, where more than enough are held and sent away, and for the node, where they wait for their turn. */
export class Reception {
  readonly #addresses: AddressLimits;
  readonly #admission: Admission;
  readonly #counters: Counters;
  readonly #holding: Holding;

  constructor({ clock, counters, holding, limits }: ReceptionOptions) {
    this.#addresses = new AddressLimits({ clock, limits });
    this.#admission = new Admission({ clock, limits, counters });
    this.#counters = counters;
    this.#holding = holding;
  }

  /** `undefined` when there is no place even to wait. Otherwise `depart` must follow once. `address` is absent for who has no limits of that kind. */
  decide(address: string | undefined): Arrival | undefined {
    const excess = address === undefined ? undefined : this.#addresses.take(address);
    if (excess !== undefined) {
      this.#counters[excess] += 1;
      return this.#holding.isFull ? undefined : refused;
    }
    if (!this.#admission.isFull) return address === undefined ? welcome : { address, isRefused: false };
    this.#counters.handshakes += 1;
    if (address !== undefined) this.#addresses.release(address);
    return undefined;
  }

  /** Opens or refuses the upgraded socket, at once or later. Returns the function that calls this off, to be called when the socket is gone. */
  receive({ isRefused }: Arrival, waiting: Waiting): () => void {
    return isRefused ? this.#holding.hold(() => waiting.refuse()) : this.#admission.enter(waiting);
  }

  /** The socket is gone. */
  depart({ address }: Arrival): void {
    if (address !== undefined) this.#addresses.release(address);
  }

  /** Called once a second. */
  tick(): void {
    this.#addresses.tick();
  }

  /** Refuses all who wait for their turn. */
  close(): void {
    this.#admission.close();
  }
}
