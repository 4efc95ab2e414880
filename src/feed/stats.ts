import { type ChannelStats, type NodeStats, namedInStats, type Rates, rateNames, type SocketStats } from './node-stats.ts';
import { Top } from './top.ts';

/** The answer of `GET /apps/ID/stats`: the numbers of all nodes together, and those of each. */
export interface Stats extends Omit<NodeStats, 'node' | 'channels'> {
  readonly app: string;
  /** ISO 8601. */
  readonly time: string;
  readonly nodes: readonly Omit<NodeStats, 'slowest_sockets' | 'largest_channels' | 'busiest_channels'>[];
}

/**
 * The numbers of an app on all nodes. Sums are exact but for the lists of channels: a channel's numbers are summed over the nodes that
 * name it, and a channel that lives on several nodes counts on each.
 */
export function describeStats(appId: string, now: number, nodes: readonly NodeStats[]): Stats {
  const sum = (count: (stats: NodeStats) => number) => nodes.reduce((total, stats) => total + count(stats), 0);
  return {
    app: appId,
    time: new Date(now).toISOString(),
    connections: sum(({ connections }) => connections),
    subscriptions: sum(({ subscriptions }) => subscriptions),
    unsent_bytes: sum(({ unsent_bytes }) => unsent_bytes),
    per_second: sumRates(nodes),
    slowest_sockets: slowest(nodes),
    largest_channels: merge(
      nodes.map(({ largest_channels }) => largest_channels),
      ({ subscriptions }) => subscriptions,
    ),
    busiest_channels: merge(
      nodes.map(({ busiest_channels }) => busiest_channels),
      ({ messages_per_second }) => messages_per_second,
    ),
    nodes: nodes.map(({ node, connections, channels, subscriptions, unsent_bytes, per_second }) => ({
      node,
      connections,
      channels,
      subscriptions,
      unsent_bytes,
      per_second,
    })),
  };
}

function sumRates(nodes: readonly NodeStats[]): Rates | null {
  const known = nodes.flatMap(({ per_second }) => per_second ?? []);
  if (known.length === 0) return null;
  const sum = (name: keyof Rates) => round(known.reduce((total, rates) => total + rates[name], 0));
  return Object.fromEntries(rateNames.map((name) => [name, sum(name)])) as Rates;
}

function slowest(nodes: readonly NodeStats[]): readonly SocketStats[] {
  const top = new Top<SocketStats>(namedInStats);
  for (const socket of nodes.flatMap(({ slowest_sockets }) => slowest_sockets)) top.offer(socket.unsent_bytes, socket);
  return top.items;
}

function merge(lists: readonly (readonly ChannelStats[])[], score: (channel: ChannelStats) => number): readonly ChannelStats[] {
  const merged = new Map<string, ChannelStats>();
  for (const channel of lists.flat()) {
    const { name } = channel;
    const known = merged.get(name) ?? { name, subscriptions: 0, messages_per_second: 0 };
    merged.set(name, {
      name,
      subscriptions: known.subscriptions + channel.subscriptions,
      messages_per_second: round(known.messages_per_second + channel.messages_per_second),
    });
  }
  const top = new Top<ChannelStats>(namedInStats);
  for (const channel of merged.values()) top.offer(score(channel), channel);
  return top.items;
}

function round(rate: number): number {
  return Math.round(rate * 100) / 100;
}
