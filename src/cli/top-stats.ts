import type { Stats } from '../feed/stats.ts';

/** Reads the answer of a server, which is trusted as far as its key is. Throws when it is of another kind of server. */
export function readStats(text: string): Stats {
  const stats = JSON.parse(text) as Stats;
  if (!Array.isArray(stats.nodes) || !Array.isArray(stats.slowest_sockets)) throw new Error('The server did not answer with numbers of an app.');
  return stats;
}
