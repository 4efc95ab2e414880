import { subscriptionCount } from '../protocol/server-message.ts';
import { type Channel, topicOf } from './channel.ts';
import type { Engine } from './engine.ts';
import type { ChannelAddress } from './ports.ts';

type Counting = Pick<Engine, 'hub' | 'events' | 'clock' | 'traffic'>;

/** Above so many subscribers a change is told at most once per interval (protocol clause 3.5). */
const crowd = 100;
const intervalMilliseconds = 5000;

interface Told {
  readonly at: number;
  /** The count that waits for the end of the interval. */
  pending: number | undefined;
}

/** Tells the subscribers of a channel how many they are, for apps that want it. Presence channels tell it by their members. */
export class SubscriptionCounts {
  readonly #engine: Counting;
  /** Crowded channels only, by topic; an entry leaves after a quiet interval. */
  readonly #told = new Map<string, Told>();

  constructor(engine: Counting) {
    this.#engine = engine;
  }

  /** The channel now has `count` subscriptions over all nodes. */
  changed({ appId, channel: name }: ChannelAddress, count: number): void {
    const channel = this.#engine.hub.channels.get(topicOf(appId, name));
    if (channel === undefined || !channel.app.subscriptionCount || name.kind === 'presence') return;
    const told = this.#told.get(channel.topic);
    const isDue = told === undefined || this.#engine.clock.monotonic() - told.at >= intervalMilliseconds;
    if (count <= crowd || isDue) this.#tell(channel, count);
    else told.pending = count;
  }

  /** Called once a second: tells what has waited long enough. */
  tick(): void {
    const now = this.#engine.clock.monotonic();
    for (const [topic, { at, pending }] of this.#told) {
      if (now - at < intervalMilliseconds) continue;
      this.#told.delete(topic);
      const channel = this.#engine.hub.channels.get(topic);
      if (pending !== undefined && channel !== undefined) this.#tell(channel, pending);
    }
  }

  #tell(channel: Channel, count: number): void {
    const { hub, events, clock, traffic } = this.#engine;
    if (count > crowd) this.#told.set(channel.topic, { at: clock.monotonic(), pending: undefined });
    else this.#told.delete(channel.topic);
    const { appId } = channel;
    traffic.of(appId).serverEvents += 1;
    hub.announce(channel, subscriptionCount(channel.middle, count));
    events.emit({ type: 'subscription_count', appId, channel: channel.channel.name, subscriptionCount: count, at: clock.now() });
  }
}
