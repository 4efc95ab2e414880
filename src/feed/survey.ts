import type { App } from '../core/app.ts';
import type { Hub } from '../core/hub.ts';
import { serverToUserPrefix } from '../protocol/channel-name.ts';
import type { Meter } from './meter.ts';
import { type ChannelStats, type NodeStats, namedInStats, type SocketStats } from './node-stats.ts';
import { Top } from './top.ts';

interface SurveyOptions {
  readonly app: App;
  readonly hub: Pick<Hub, 'connections' | 'channels'>;
  readonly meter: Meter;
  readonly node: string;
}

/** So many are looked at before others get their turn. */
const perTurn = 2000;

/** Looks at all of an app's connections and channels on this node, in turns, so that a large node goes on serving meanwhile. */
export async function survey(options: SurveyOptions): Promise<NodeStats> {
  const { node, meter } = options;
  const sockets = await surveySockets(options);
  const { count: channels, largest } = await surveyChannels(options);
  return { node, ...sockets, channels, per_second: meter.rates(), largest_channels: largest, busiest_channels: busiest(options) };
}

async function surveySockets({ app, hub, node }: SurveyOptions) {
  const slowest = new Top<SocketStats>(namedInStats);
  let connections = 0;
  let subscriptions = 0;
  let unsentBytes = 0;
  await inTurns(hub.connections, (connection) => {
    if (connection.app.id !== app.id) return;
    const { unsentBytes: unsent } = connection.socket;
    connections += 1;
    subscriptions += connection.subscriptions.size;
    unsentBytes += unsent;
    const userId = connection.user?.member.userId;
    if (!slowest.wants(unsent)) return;
    const said = { socket_id: connection.socketId, unsent_bytes: unsent, subscriptions: connection.subscriptions.size, node };
    slowest.offer(unsent, userId === undefined ? said : { ...said, user_id: userId });
  });
  return { connections, subscriptions, unsent_bytes: unsentBytes, slowest_sockets: slowest.items };
}

async function surveyChannels({ app, hub, meter }: SurveyOptions) {
  const largest = new Top<ChannelStats>(namedInStats);
  let count = 0;
  await inTurns(hub.channels, ({ appId, channel, subscriptions }) => {
    if (appId !== app.id || channel.kind === 'server-to-user') return; // not the app's to read (protocol clause 4)
    count += 1;
    if (!largest.wants(subscriptions)) return;
    largest.offer(subscriptions, { name: channel.name, subscriptions, messages_per_second: meter.rateOf(channel.name) });
  });
  return { count, largest: largest.items };
}

function busiest({ app, hub, meter }: SurveyOptions): readonly ChannelStats[] {
  const top = new Top<ChannelStats>(namedInStats);
  for (const name of meter.channels()) {
    const rate = meter.rateOf(name);
    if (!top.wants(rate) || name.startsWith(serverToUserPrefix)) continue;
    top.offer(rate, { name, subscriptions: hub.channels.get(`${app.id}/${name}`)?.subscriptions ?? 0, messages_per_second: rate });
  }
  return top.items;
}

/** As many as there are now: what is added meanwhile must not make it endless. */
async function inTurns<Value>(all: ReadonlyMap<string, Value>, look: (value: Value) => void): Promise<void> {
  let left = all.size;
  let inTurn = perTurn;
  for (const value of all.values()) {
    if (left === 0) return;
    left -= 1;
    look(value);
    inTurn -= 1;
    if (inTurn > 0) continue;
    inTurn = perTurn;
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}
