import type { HostNode } from './host-node.ts';

/** What the other workers have to know of one that ends. */
export class HostDepartures {
  readonly #nodes: ReadonlySet<HostNode>;
  /** The ids of workers that have ended, while there is nobody to be told. */
  readonly #unmourned: (readonly string[])[] = [];
  #isStopping = false;

  /** `nodes` are those that are there now. */
  constructor(nodes: ReadonlySet<HostNode>) {
    this.#nodes = nodes;
  }

  /** From now on workers wait for each other before they end. */
  stop(): void {
    this.#isStopping = true;
  }

  drained(node: HostNode): void {
    node.hasDrained = true;
    this.#letEnd();
  }

  knownAs(node: HostNode, ids: readonly string[]): void {
    node.ids = ids;
    for (const ended of this.#unmourned.splice(0)) this.#mourn(ended);
  }

  /** The worker is not among the nodes any more. */
  lose({ ids }: HostNode): void {
    if (ids.length > 0) this.#mourn(ids);
    this.#letEnd();
  }

  /** On each wire, what the last connections of the others have left behind comes before the order. */
  #letEnd(): void {
    const drained = [...this.#nodes].filter(({ hasDrained }) => hasDrained);
    if (!this.#isStopping || drained.length === this.#nodes.size) for (const node of drained) node.order('end');
  }

  /** One of the others takes away what a worker held elsewhere, or the next one that comes. */
  #mourn(ids: readonly string[]): void {
    const heir = [...this.#nodes].find((node) => node.ids.length > 0);
    if (heir === undefined) this.#unmourned.push(ids);
    else heir.order('ended', ids);
  }
}
