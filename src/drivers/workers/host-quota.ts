import type { ConnectionQuota } from '../../core/ports.ts';
import type { HostNode } from './host-node.ts';

/** The connections of all workers. */
export class HostQuota {
  readonly #quota: ConnectionQuota;

  constructor(quota: ConnectionQuota) {
    this.#quota = quota;
  }

  async acquire(node: HostNode, appId: string, maxConnections: number): Promise<boolean> {
    const isGranted = await this.#quota.acquire(appId, maxConnections);
    if (isGranted && node.isGone) this.#quota.release(appId);
    else if (isGranted) node.connections.set(appId, (node.connections.get(appId) ?? 0) + 1);
    return isGranted;
  }

  release({ connections }: HostNode, appId: string): void {
    const count = connections.get(appId) ?? 0;
    if (count === 0) return;
    connections.set(appId, count - 1);
    this.#quota.release(appId);
  }

  count(appId: string): Promise<number> {
    return this.#quota.count(appId);
  }

  /** The worker has ended, and its connections with it. */
  lose({ connections }: HostNode): void {
    for (const [appId, count] of connections) for (let index = 0; index < count; index += 1) this.#quota.release(appId);
  }
}
