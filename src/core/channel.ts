import type { ChannelName } from '../protocol/channel-name.ts';
import { channelMiddle } from '../protocol/server-message.ts';
import type { App } from './app.ts';
import type { Connection, Subscription } from './connection.ts';
import type { ChannelAddress } from './ports.ts';
import type { Roster } from './roster.ts';

/** What waits for the outbox to send it, in one write for each socket. */
export interface Batch {
  readonly entries: Queued[];
  /** How many of them are frames, and their bytes. */
  frames: number;
  bytes: number;
  /** No other fits in. */
  isFull: boolean;
  /** How many windows it may wait, 0 when it leaves at the end of the tick, and how many of them have passed. */
  windows: number;
  windowsPassed: number;
  /** When its first frame came. */
  readonly since: number;
}

/** The last waits of a channel: each gathered so many frames, and then went on in vain. */
export interface VainWaits {
  readonly frames: number;
  inARow: number;
  /** So many batches need not wait for more than those. */
  spared: number;
}

/** A frame, or a newcomer who gets what stands behind it. */
export type Queued = QueuedFrame | Newcomer;

export interface Newcomer {
  readonly connection: Connection;
  readonly subscription: Subscription;
}

export interface QueuedFrame {
  readonly frame: string;
  readonly except: Connection | undefined;
  /** When this node gave it to the broker, on a clock that never goes back; absent when another one did. */
  readonly publishedAt: number | undefined;
}

/** The name under which the engine and the broker know a channel. App ids have no slash, so topics of two apps never meet. */
export function topicOf(appId: string, channel: ChannelName): string {
  return `${appId}/${channel.name}`;
}

/** What this node holds of a channel, from the first local subscription to the last. */
export class Channel implements ChannelAddress {
  readonly app: App;
  readonly channel: ChannelName;
  readonly topic: string;
  /** Local subscriptions, those that still wait for their answer included. */
  subscriptions = 0;
  /** Those of them that frames go to. */
  live = 0;
  /** Events handed to local subscribers so far. */
  delivered = 0;
  /** Presence: the roster over all nodes, once a local member has a seat. */
  roster: Roster | undefined = undefined;
  /** Presence: local subscriptions per user. */
  readonly seats: Map<string, number> | undefined;
  /** Server-to-user: the connections signed in as the user. */
  readonly connections: Set<Connection> | undefined;
  /** Outbox: when the last event came or had to leave, the tick in which one was sent at once, which waits were in vain, and what waits: full batches, and one at the end. */
  busyAt = Number.NEGATIVE_INFINITY;
  sentInTick = -1;
  vainWaits: VainWaits | undefined = undefined;
  queue: Batch[] | undefined = undefined;
  #middle: string | undefined;

  constructor(app: App, channel: ChannelName, topic: string) {
    this.app = app;
    this.channel = channel;
    this.topic = topic;
    this.seats = channel.kind === 'presence' ? new Map() : undefined;
    this.connections = channel.kind === 'server-to-user' ? new Set() : undefined;
  }

  get appId(): string {
    return this.app.id;
  }

  /** The constant middle of the channel's frames. Kept from the first event on: many channels never have one. */
  get middle(): string {
    this.#middle ??= channelMiddle(this.channel.name);
    return this.#middle;
  }
}
