import { type ChannelName, parseChannelName } from '../protocol/channel-name.ts';
import type { SubscribeMessage } from '../protocol/client-message.ts';
import type { SubscriptionFault } from '../protocol/error.ts';
import { isListenOnly } from '../protocol/listen-only.ts';
import type { Member } from '../protocol/member.ts';
import { cacheMiss, channelMiddle, eventFrame, presenceSucceeded, subscriptionError, subscriptionSucceeded } from '../protocol/server-message.ts';
import { authorize, identify } from './authorize.ts';
import type { Channel } from './channel.ts';
import type { Connection, Subscription } from './connection.ts';
import type { Engine } from './engine.ts';
import { BrokerUnavailable, type CachedEvent } from './ports.ts';
import { leaveChannel } from './unsubscribe.ts';

type Subscribing = Pick<Engine, 'hmac' | 'hub' | 'registry' | 'cache' | 'events' | 'clock' | 'log'>;

/** On a channel that never rests, the newest event read so far has to do. */
const maxCacheReads = 5;

/** A client joins a channel (protocol clauses 3.1, 3.2, 3.4). Runs in the queue of its socket and channel. */
export function subscribe(engine: Subscribing, connection: Connection, request: SubscribeMessage): void | Promise<void> {
  const channel = parseChannelName(request.channel, connection.app.limits.channelNameCharacters);
  if (channel === undefined) return refuse(engine, connection, request.channel, invalidChannel);
  const denied = authorize(engine, connection, channel, request);
  if (denied !== undefined) return refuse(engine, connection, channel.name, denied);
  const existing = connection.subscriptions.get(channel.name);
  if (existing !== undefined) return repeat(engine, connection, existing);
  if (connection.subscriptions.size >= connection.app.limits.channelsPerConnection) return refuse(engine, connection, channel.name, tooManyChannels);
  return channel.kind === 'presence' ? joinPresence(engine, connection, channel, request) : join(engine, connection, channel, request);
}

function join(engine: Subscribing, connection: Connection, name: ChannelName, { channelData }: SubscribeMessage): void | Promise<void> {
  const subscription = engine.hub.join(connection, name, { isListenOnly: isListenOnly(channelData) });
  const success = subscriptionSucceeded(channelMiddle(name.name));
  if (!name.isCache) return complete(engine, connection, subscription, success);
  const answer = (cached: CacheAnswer) => complete(engine, connection, subscription, success, cached);
  return wholly(engine, connection, subscription, () => withCache(engine, subscription.channel, answer));
}

function joinPresence(engine: Subscribing, connection: Connection, name: ChannelName, request: SubscribeMessage): void | Promise<void> {
  const member = identify(connection, request);
  if (typeof member === 'string') return refuse(engine, connection, name.name, { type: 'InvalidMember', error: member, status: 400 });
  const subscription = engine.hub.join(connection, name, { userId: member.userId, isListenOnly: isListenOnly(request.channelData) });
  engine.registry.hold(subscription.channel, subscription.channel.subscriptions);
  return wholly(engine, connection, subscription, () => takeSeat(engine, connection, subscription, member));
}

async function takeSeat(engine: Subscribing, connection: Connection, subscription: Subscription, member: Member): Promise<void> {
  const { channel } = subscription;
  const { presenceMembers } = connection.app.limits;
  const roster = await engine.registry.take(channel, member, presenceMembers);
  if (!connection.isOpen) return;
  if (roster === 'full') {
    leaveChannel(engine, connection, subscription);
    return refuse(engine, connection, channel.channel.name, channelFull(presenceMembers));
  }
  channel.roster = roster;
  const answer = (cached?: CacheAnswer) => complete(engine, connection, subscription, presenceSucceeded(channel.middle, roster.presence), cached);
  return channel.channel.isCache ? withCache(engine, channel, answer) : answer();
}

/** A subscription that a driver's failure stops half-way is taken back whole. */
async function wholly(engine: Subscribing, connection: Connection, subscription: Subscription, journey: () => Promise<void>): Promise<void> {
  try {
    await journey();
  } catch (cause) {
    const { appId, channel } = subscription.channel;
    if (!(cause instanceof BrokerUnavailable))
      engine.log.error({ err: cause, appId, channel: channel.name }, 'a subscription could not be completed');
    if (!connection.isOpen) return;
    leaveChannel(engine, connection, subscription);
    refuse(engine, connection, channel.name, unavailable);
  }
}

/** In one tick: the answers, the channel's frames from now on, and the count, which the joiner sees too. */
function complete(engine: Subscribing, connection: Connection, subscription: Subscription, success: string, cached?: CacheAnswer): void {
  if (!connection.isOpen) return;
  const { channel } = subscription;
  if (channel.channel.needsAuth) connection.isAuthorized = true;
  engine.hub.goLive(connection, subscription, cached === undefined ? [success] : [success, cached.frame]);
  engine.registry.hold(channel, channel.subscriptions);
  const at = { appId: connection.app.id, channel: channel.channel.name };
  if (cached?.isMiss) engine.events.emit({ type: 'cache_miss', ...at, at: engine.clock.now() });
  engine.events.emit({ type: 'subscribed', ...at, socketId: connection.socketId });
}

/** A second subscribe changes nothing; clients that lost their state get the answer again. */
function repeat({ hub }: Subscribing, connection: Connection, { channel }: Subscription): void {
  const { middle, roster } = channel;
  hub.tell(connection, channel, roster === undefined ? subscriptionSucceeded(middle) : presenceSucceeded(middle, roster.presence));
}

/** What follows the success on a cache channel (clause 3.4). */
interface CacheAnswer {
  readonly frame: string;
  readonly isMiss: boolean;
}

/**
 * Answers in the tick of a read that no event has overtaken: such an event is newer than what was read, and the newcomer, who was not live yet,
 * did not get it.
 */
async function withCache({ cache }: Pick<Engine, 'cache'>, channel: Channel, answer: (cached: CacheAnswer) => void): Promise<void> {
  for (let reads = 1; ; reads += 1) {
    const { delivered } = channel;
    const cached = await cache.get(channel);
    if (channel.delivered === delivered || reads === maxCacheReads) return answer(cacheAnswer(channel, cached));
  }
}

function cacheAnswer({ channel, middle }: Channel, cached: CachedEvent | undefined): CacheAnswer {
  if (cached === undefined) return { frame: cacheMiss(channel.name), isMiss: true };
  return { frame: eventFrame(cached.event, middle, JSON.stringify(cached.data)), isMiss: false };
}

function refuse({ events }: Pick<Engine, 'events'>, { app, socketId, socket }: Connection, channel: string, fault: SubscriptionFault): void {
  events.emit({ type: 'subscription_refused', appId: app.id, socketId, channel, status: fault.status, reason: fault.error });
  socket.send(subscriptionError(channel, fault));
}

const invalidChannel: SubscriptionFault = { type: 'InvalidChannel', error: 'Invalid channel name', status: 400 };
const unavailable: SubscriptionFault = { type: 'ServerError', error: 'The server cannot complete the subscription now', status: 503 };
const tooManyChannels: SubscriptionFault = { type: 'LimitReached', error: 'This connection has reached its limit of channels', status: 403 };

function channelFull(members: number): SubscriptionFault {
  return { type: 'LimitReached', error: `The channel already has ${members} members`, status: 403 };
}
