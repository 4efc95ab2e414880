import type { ConnectionQuota } from '../../core/ports.ts';

/** Counts the connections of this process. */
export class MemoryConnectionQuota implements ConnectionQuota {
  readonly #counts = new Map<string, number>();

  async acquire(appId: string, maxConnections: number): Promise<boolean> {
    const count = this.#counts.get(appId) ?? 0;
    if (count >= maxConnections) return false;
    this.#counts.set(appId, count + 1);
    return true;
  }

  release(appId: string): void {
    const count = this.#counts.get(appId) ?? 0;
    if (count > 1) this.#counts.set(appId, count - 1);
    else this.#counts.delete(appId);
  }

  async count(appId: string): Promise<number> {
    return this.#counts.get(appId) ?? 0;
  }
}
