import type { NodeStats } from '../feed/node-stats.ts';

type NodeLine = Omit<NodeStats, 'slowest_sockets' | 'largest_channels' | 'busiest_channels'>;

/** The answer of `GET /apps/ID/stats`: the numbers of all nodes together, and those of each. */
export interface Stats extends Omit<NodeStats, 'node' | 'channels'> {
  readonly app: string;
  readonly time: string;
  readonly nodes: readonly NodeLine[];
}

/** Reads the answer of a server, which is trusted as far as its key is. Throws when it is of another kind of server. */
export function readStats(text: string): Stats {
  const stats = JSON.parse(text) as Stats;
  if (!Array.isArray(stats.nodes) || !Array.isArray(stats.slowest_sockets)) throw new Error('The server did not answer with numbers of an app.');
  return stats;
}
