import type { ChannelStats, NodeStats, Rates, SocketStats } from '../feed/node-stats.ts';

type NodeLine = Pick<NodeStats, 'node' | 'connections' | 'channels' | 'subscriptions' | 'unsent_bytes' | 'per_second'>;

/** The answer of `GET /apps/ID/stats`. */
export interface Stats {
  readonly app: string;
  readonly time: string;
  readonly connections: number;
  readonly subscriptions: number;
  readonly unsent_bytes: number;
  readonly per_second: Rates | null;
  readonly slowest_sockets: readonly SocketStats[];
  readonly largest_channels: readonly ChannelStats[];
  readonly busiest_channels: readonly ChannelStats[];
  readonly nodes: readonly NodeLine[];
}

/** Reads the answer of a server, which is trusted as far as its key is. Throws when it is of another kind of server. */
export function readStats(text: string): Stats {
  const stats = JSON.parse(text) as Stats;
  if (!Array.isArray(stats.nodes) || !Array.isArray(stats.slowest_sockets)) throw new Error('The server did not answer with numbers of an app.');
  return stats;
}
