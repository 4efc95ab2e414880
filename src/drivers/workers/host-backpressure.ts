import type { HostNode } from './host-node.ts';

interface BackpressureOptions {
  /** Those that are there now. */
  readonly nodes: ReadonlySet<HostNode>;
  readonly maxUnreadBytes: number;
  /** For a worker that has too much to read and takes nothing of it. */
  readonly patienceMilliseconds: number;
  readonly giveUp: (node: HostNode) => void;
}

/**
 * Has all workers wait while one of them has too much to read: nothing more is taken from any of them until it has caught up. One that does not
 * read at all is given up, so that the others do not wait for long.
 */
export class HostBackpressure {
  readonly #options: BackpressureOptions;
  readonly #waiting: (() => void)[] = [];
  /** How much each had taken when it was last looked at. */
  readonly #taken = new Map<HostNode, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: BackpressureOptions) {
    this.#options = options;
  }

  /** Whether the workers wait, and so cannot be heard. */
  get isHolding(): boolean {
    return this.#timer !== undefined;
  }

  /** To be called when something was sent to the worker. */
  sent(node: HostNode): void {
    if (!this.#isBehind(node)) return;
    for (const { wire } of this.#options.nodes) wire.pause();
    if (!this.#taken.has(node)) this.#taken.set(node, node.wire.framesTaken);
    this.#timer ??= setInterval(() => this.#look(), this.#options.patienceMilliseconds);
  }

  /** To be called when a worker has read everything, or is gone. */
  relieved(): void {
    if (this.#timer === undefined || [...this.#options.nodes].some((node) => this.#isBehind(node))) return;
    this.close();
    for (const { wire } of this.#options.nodes) wire.resume();
    for (const run of this.#waiting.splice(0)) setImmediate(run);
  }

  /** Runs the task in a later turn of the loop, when nobody has too much to read. */
  later(run: () => void): void {
    if (this.isHolding) this.#waiting.push(run);
    else setImmediate(run);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#taken.clear();
  }

  #isBehind({ wire }: HostNode): boolean {
    return wire.isOpen && wire.unsentBytes > this.#options.maxUnreadBytes;
  }

  #look(): void {
    for (const node of this.#options.nodes) {
      if (!this.#isBehind(node)) continue;
      const { framesTaken } = node.wire;
      if (this.#taken.get(node) === framesTaken) this.#options.giveUp(node);
      else this.#taken.set(node, framesTaken);
    }
  }
}
