import type { Socket } from 'node:net';

/**
 * Who is connected to the port of metrics. One that is owed an answer is kept; when there are too many, the one that has gone longest without a
 * whole request makes room. So a collector gets in however many hold connections open and say nothing, or say it slowly.
 */
export class Visitors {
  readonly #most: number;
  /** Those that are owed nothing, the longest silent one first. */
  readonly #idle = new Set<Socket>();
  #count = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** A connection was opened. */
  admit(socket: Socket): void {
    this.#count += 1;
    socket.once('close', () => {
      this.#count -= 1;
      this.#idle.delete(socket);
    });
    const [longest] = this.#idle;
    this.#idle.add(socket);
    if (this.#count > this.#most) (longest ?? socket).destroy();
  }

  /**
   * A request came. `false` when the answer to the one before is still to be taken, and the connection was ended: no collector asks like this, and
   * answers that nobody reads would pile up in memory.
   */
  ask(socket: Socket): boolean {
    if (this.#idle.delete(socket)) return true;
    socket.destroy();
    return false;
  }

  /** The answer was taken. */
  release(socket: Socket): void {
    if (!socket.destroyed) this.#idle.add(socket);
  }
}
