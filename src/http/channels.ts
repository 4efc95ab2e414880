import fastJson from 'fast-json-stringify';
import { type ChannelName, parseChannelName } from '../protocol/channel-name.ts';
import { type InfoAttribute, parseInfo } from '../protocol/trigger.ts';
import { type ApiCall, ownParameters, refuse } from './api-call.ts';
import { type ChannelInfo, describeChannel, pickCounts } from './channel-info.ts';
import { failure, type HttpResponse, ok } from './message.ts';

const presencePrefix = 'presence-';
const presenceOnly = 'Cannot retrieve the user count unless the channel is a presence channel';
const listAttributes: readonly InfoAttribute[] = ['user_count', 'subscription_count'];
const channelAttributes: readonly InfoAttribute[] = ['user_count', 'subscription_count', 'cache'];

const writeChannels = fastJson({
  type: 'object',
  properties: {
    channels: {
      type: 'object',
      additionalProperties: { type: 'object', properties: { user_count: { type: 'integer' }, subscription_count: { type: 'integer' } } },
    },
  },
});

const writeUsers = fastJson({
  type: 'object',
  properties: { users: { type: 'array', items: { type: 'object', properties: { id: { type: 'string' } } } } },
});

/** `GET /apps/ID/channels` */
export async function getChannels({ engine, app, query }: ApiCall): Promise<HttpResponse> {
  const info = parseInfo(query.parameters.get('info'), listAttributes);
  if ('status' in info) return refuse(info);
  const prefix = query.parameters.get('filter_by_prefix') ?? '';
  if (info.includes('user_count') && !prefix.startsWith(presencePrefix)) {
    return failure(400, `user_count needs filter_by_prefix=${presencePrefix}: it is only known of presence channels`);
  }
  const counts = await engine.registry.list(app.id, prefix);
  const channels: Record<string, ChannelInfo> = Object.fromEntries(
    [...counts].map(([name, { channel, count }]) => [name, pickCounts({ channel }, count, info)]),
  );
  return ok(writeChannels({ channels }));
}

/** `GET /apps/ID/channels/NAME` */
export async function getChannel({ engine, app, query, parameters }: ApiCall): Promise<HttpResponse> {
  const channel = readableChannel(parameters[0], app.limits.channelNameCharacters);
  if (channel === undefined) return failure(400, 'Invalid channel name');
  const info = parseInfo(query.parameters.get('info'), channelAttributes);
  if ('status' in info) return refuse(info);
  if (info.includes('user_count') && channel.kind !== 'presence') return failure(400, presenceOnly);
  if (info.includes('cache') && !channel.isCache) return failure(400, 'Cannot retrieve the cache unless the channel is a cache channel');
  const address = { appId: app.id, channel };
  const { subscriptions } = await engine.registry.count(address);
  return ok(JSON.stringify({ occupied: subscriptions > 0, ...(await describeChannel(engine, address, info)) }));
}

/** `GET /apps/ID/channels/NAME/users` */
export async function getUsers({ engine, app, query, parameters }: ApiCall): Promise<HttpResponse> {
  const channel = readableChannel(parameters[0], app.limits.channelNameCharacters);
  if (channel === undefined) return failure(400, 'Invalid channel name');
  if (channel.kind !== 'presence') return failure(400, 'Users can only be retrieved for presence channels');
  const extraneous = ownParameters(query).map(([name]) => name);
  if (extraneous.length > 0) return failure(400, `The following query string parameters are extraneous: ${extraneous.join(', ')}`);
  const users = await engine.registry.users({ appId: app.id, channel });
  return ok(writeUsers({ users: users.map((id) => ({ id })) }));
}

/** Channels of users are not the app's to read (protocol clause 4). */
function readableChannel(name: string | undefined, maxCharacters: number): ChannelName | undefined {
  const channel = parseChannelName(name ?? '', maxCharacters);
  return channel?.kind === 'server-to-user' ? undefined : channel;
}
