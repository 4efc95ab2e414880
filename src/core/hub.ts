import type { ChannelKind, ChannelName } from '../protocol/channel-name.ts';
import { Channel, topicOf } from './channel.ts';
import type { Connection, Subscription } from './connection.ts';
import type { Outbox } from './outbox.ts';
import type { Envelope } from './ports.ts';

/** What sets one subscription apart from another. */
type Joining = Partial<Pick<Subscription, 'userId' | 'isListenOnly'>>;

interface Headcount {
  channels: number;
  subscriptions: number;
}

/** What this node holds: connections, channels, and the way to the channels' subscribers. */
export class Hub {
  readonly #connections = new Map<string, Connection>();
  readonly #channels = new Map<string, Channel>();
  readonly #census: Record<ChannelKind, Headcount> = {
    public: nobody(),
    private: nobody(),
    'private-encrypted': nobody(),
    presence: nobody(),
    'server-to-user': nobody(),
  };
  readonly #outbox: Outbox;
  /** Of topics that are no channel's. */
  readonly #listeners = new Map<string, (frame: string) => void>();

  constructor(outbox: Outbox) {
    this.#outbox = outbox;
  }

  get connections(): ReadonlyMap<string, Connection> {
    return this.#connections;
  }

  get channels(): ReadonlyMap<string, Channel> {
    return this.#channels;
  }

  /** How many channels of each kind there are, and how many subscriptions they have together. */
  get census(): Readonly<Record<ChannelKind, Readonly<Headcount>>> {
    return this.#census;
  }

  add(connection: Connection): void {
    this.#connections.set(connection.socketId, connection);
  }

  remove(connection: Connection): void {
    this.#connections.delete(connection.socketId);
  }

  /** Counts the connection into the channel. Nothing of the channel reaches it before `goLive`. */
  join(connection: Connection, name: ChannelName, { userId, isListenOnly = false }: Joining = {}): Subscription {
    const topic = topicOf(connection.app.id, name);
    const channel = this.#channels.get(topic) ?? this.#addChannel(new Channel(connection.app, name, topic));
    const subscription: Subscription = { channel, userId, isListenOnly, isAnswered: false, isLive: false };
    connection.subscriptions.add(subscription);
    channel.subscriptions += 1;
    this.#census[name.kind].subscriptions += 1;
    channel.connections?.add(connection);
    if (userId !== undefined) channel.seats?.set(userId, (channel.seats.get(userId) ?? 0) + 1);
    return subscription;
  }

  /** Sends the answer to a subscribe, and from then on the channel's frames. */
  goLive(connection: Connection, subscription: Subscription, answers: readonly string[]): void {
    for (const frame of answers) connection.socket.send(frame);
    subscription.isAnswered = true;
    this.#outbox.admit({ connection, subscription });
  }

  /** Sends a frame to one subscriber, behind everything that the channel has sent. */
  tell(connection: Connection, channel: Channel, frame: string): void {
    this.#outbox.flush(channel);
    connection.socket.send(frame);
  }

  /** Undoes `join` and `goLive`; `forget` must follow. Returns whether it was the user's last local seat. */
  leave(connection: Connection, subscription: Subscription): boolean {
    const { channel, userId } = subscription;
    // The engine has let go of a closed socket: what waits may go on waiting, and those who stay get all of a crowd's leaving in one write.
    const isGone = !connection.isOpen && subscription.isLive && channel.subscriptions > 1;
    if (!isGone) this.#outbox.flush(channel);
    if (subscription.isLive && connection.isOpen) connection.socket.unsubscribe(channel.topic);
    connection.subscriptions.delete(channel.channel.name);
    channel.subscriptions -= 1;
    if (subscription.isLive) channel.live -= 1;
    this.#census[channel.channel.kind].subscriptions -= 1;
    channel.connections?.delete(connection);
    return userId !== undefined && channel.seats !== undefined && releaseSeat(channel.seats, userId);
  }

  /** Lets go of a channel that nobody here is in any more. */
  forget(channel: Channel): void {
    if (channel.subscriptions === 0 && this.#channels.delete(channel.topic)) this.#census[channel.channel.kind].channels -= 1;
  }

  /** Hands what comes on a topic that is no channel's to `listener`, which must not throw: nodes talk to each other that way. */
  listen(topic: string, listener: (frame: string) => void): void {
    this.#listeners.set(topic, listener);
  }

  /** Hands an event to the channel's local subscribers; to nobody when there are none. `publishedAt` as in `ReceiveBatch`. */
  deliver({ topic, frame, except }: Envelope, publishedAt?: number): void {
    const channel = this.#channels.get(topic);
    // A channel that its last subscriber is just leaving must not queue what the next first subscriber would get.
    if (channel === undefined || channel.subscriptions === 0) return this.#listeners.get(topic)?.(frame);
    channel.delivered += 1;
    this.#outbox.push(channel, frame, except === undefined ? undefined : this.#connections.get(except), publishedAt);
  }

  /** Hands a frame about the channel itself to its local subscribers. */
  announce(channel: Channel, frame: string): void {
    if (channel.subscriptions > 0) this.#outbox.announce(channel, frame);
  }

  #addChannel(channel: Channel): Channel {
    this.#channels.set(channel.topic, channel);
    this.#census[channel.channel.kind].channels += 1;
    return channel;
  }
}

function nobody(): Headcount {
  return { channels: 0, subscriptions: 0 };
}

function releaseSeat(seats: Map<string, number>, userId: string): boolean {
  const left = (seats.get(userId) ?? 0) - 1;
  if (left > 0) seats.set(userId, left);
  else seats.delete(userId);
  return left <= 0;
}
