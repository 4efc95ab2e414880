/** A channel among the busiest. */
export interface ChannelStats {
  readonly name: string;
  readonly subscriptions: number;
  /** Events published to it and client events in it, as far as they were counted. */
  readonly messages_per_second: number;
}

/** A socket among those with the most unsent bytes. */
export interface SocketStats {
  readonly socket_id: string;
  readonly user_id?: string;
  readonly unsent_bytes: number;
  readonly subscriptions: number;
  readonly node: string;
}

export const rateNames = ['connected', 'disconnected', 'subscribed', 'messages', 'client_events', 'refused'] as const;

/** How often something happened per second, over the last 5 to 10 seconds. */
export type Rates = Readonly<Record<(typeof rateNames)[number], number>>;

/** One app's numbers on one node, with the names they have in JSON. */
export interface NodeStats {
  readonly node: string;
  readonly connections: number;
  /** Channels with a subscription on this node. */
  readonly channels: number;
  readonly subscriptions: number;
  readonly unsent_bytes: number;
  /** `null` until something has been counted: counting begins with the first question. */
  readonly per_second: Rates | null;
  readonly slowest_sockets: readonly SocketStats[];
  readonly largest_channels: readonly ChannelStats[];
  readonly busiest_channels: readonly ChannelStats[];
}

/** How many sockets and channels are named. */
export const namedInStats = 20;

const maxTextCharacters = 500;

type Fields = Readonly<Record<string, unknown>>;

/** Reads what another node has sent. `undefined` unless all of it is what it should be. */
export function readNodeStats(value: unknown): NodeStats | undefined {
  const fields = fieldsOf(value);
  const { node, connections, channels, subscriptions, unsent_bytes, per_second } = fields;
  const slowest = readList(fields.slowest_sockets, readSocket);
  const largest = readList(fields.largest_channels, readChannel);
  const busiest = readList(fields.busiest_channels, readChannel);
  const rates = per_second === null ? null : readRates(per_second);
  if (!isText(node) || !isCount(connections) || !isCount(channels) || !isCount(subscriptions) || !isCount(unsent_bytes)) return undefined;
  if (slowest === undefined || largest === undefined || busiest === undefined || rates === undefined) return undefined;
  const lists = { slowest_sockets: slowest, largest_channels: largest, busiest_channels: busiest };
  return { node, connections, channels, subscriptions, unsent_bytes, per_second: rates, ...lists };
}

function readRates(value: unknown): Rates | undefined {
  const fields = fieldsOf(value);
  if (!rateNames.every((name) => isCount(fields[name]))) return undefined;
  return Object.fromEntries(rateNames.map((name) => [name, fields[name]])) as Rates;
}

function readSocket(value: unknown): SocketStats | undefined {
  const { socket_id, user_id, unsent_bytes, subscriptions, node } = fieldsOf(value);
  if (!isText(socket_id) || !isCount(unsent_bytes) || !isCount(subscriptions) || !isText(node)) return undefined;
  return { socket_id, ...(isText(user_id) && { user_id }), unsent_bytes, subscriptions, node };
}

function readChannel(value: unknown): ChannelStats | undefined {
  const { name, subscriptions, messages_per_second } = fieldsOf(value);
  if (!isText(name) || !isCount(subscriptions) || !isCount(messages_per_second)) return undefined;
  return { name, subscriptions, messages_per_second };
}

function readList<Item>(value: unknown, read: (item: unknown) => Item | undefined): readonly Item[] | undefined {
  if (!Array.isArray(value) || value.length > namedInStats) return undefined;
  const items = value.map(read);
  return items.every((item) => item !== undefined) ? items : undefined;
}

function fieldsOf(value: unknown): Fields {
  return { ...(typeof value === 'object' ? value : null) };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= maxTextCharacters;
}
