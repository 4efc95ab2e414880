import type { Channel, QueuedFrame } from './channel.ts';
import type { Connection } from './connection.ts';
import type { Clock, Fanout } from './ports.ts';
import type { Traffic } from './traffic.ts';

interface OutboxOptions {
  readonly fanout: Fanout;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly traffic: Traffic;
  /** How long a busy channel gathers frames; 0 sends each at once. */
  readonly windowMilliseconds: number;
}

const maxQueuedFrames = 1024;

/**
 * The last step before the engine. A sparse event leaves at once, with all that come in the same tick, because the engine joins those into one
 * write per socket. On a busy channel, events that come within two windows of the one before wait for the next flush, where they share a write
 * again: fewer system calls is the only lever left on a fan-out.
 */
export class Outbox {
  readonly #fanout: Fanout;
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #traffic: Traffic;
  readonly #windowMilliseconds: number;
  readonly #waiting = new Set<Channel>();
  #timer: NodeJS.Timeout | undefined;
  /** Counts the turns of the event loop in which something was sent at once. */
  #tick = 0;
  #isTickCounted = false;

  constructor({ fanout, clock, traffic, windowMilliseconds }: OutboxOptions) {
    this.#fanout = fanout;
    this.#clock = clock;
    this.#traffic = traffic;
    this.#windowMilliseconds = windowMilliseconds;
  }

  /** Sends a frame to the channel's local subscribers, but `except`, in the order of the calls. */
  push(channel: Channel, frame: string, except: Connection | undefined, publishedAt?: number): void {
    const queued: QueuedFrame = { frame, except, publishedAt };
    if (this.#windowMilliseconds === 0) return this.#sendAt(undefined, channel, queued);
    const now = this.#clock.monotonic();
    const isSparse = channel.sentInTick === this.#tick || now - channel.lastEventAt >= 2 * this.#windowMilliseconds;
    channel.lastEventAt = now;
    if (channel.queue !== undefined || !isSparse) return this.#enqueue(channel, queued);
    this.#countTick();
    channel.sentInTick = this.#tick;
    this.#sendAt(now, channel, queued);
  }

  /** Sends what waits. Needed before a subscription changes and before a direct send that must not overtake the channel. */
  flush(channel: Channel): void {
    const { queue } = channel;
    if (queue === undefined) return;
    channel.queue = undefined;
    this.#waiting.delete(channel);
    this.#measure(undefined, queue.find(({ publishedAt }) => publishedAt !== undefined)?.publishedAt);
    for (const queued of queue) this.#send(channel, queued);
  }

  flushAll(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const channel of this.#waiting) this.flush(channel);
  }

  #enqueue(channel: Channel, queued: QueuedFrame): void {
    channel.queue ??= [];
    channel.queue.push(queued);
    this.#waiting.add(channel);
    if (channel.queue.length >= maxQueuedFrames) return this.flush(channel);
    // The loop's clock has whole milliseconds, rounded down: a timer of n fires after n - 1 to n.
    this.#timer ??= setTimeout(() => this.flushAll(), this.#windowMilliseconds + 1);
  }

  #countTick(): void {
    if (this.#isTickCounted) return;
    this.#isTickCounted = true;
    setImmediate(() => {
      this.#isTickCounted = false;
      this.#tick += 1;
    });
  }

  #sendAt(now: number | undefined, channel: Channel, queued: QueuedFrame): void {
    this.#measure(now, queued.publishedAt);
    this.#send(channel, queued);
  }

  #send(channel: Channel, { frame, except }: QueuedFrame): void {
    const isExcluding = except !== undefined && isSubscribed(except, channel);
    this.#traffic.sent(channel.app.id, isExcluding ? channel.live - 1 : channel.live, Buffer.byteLength(frame));
    if (isExcluding) except.socket.publish(channel.topic, frame);
    else this.#fanout(channel.topic, frame);
  }

  /** Of what waited together, the first whose time is known stands for all. */
  #measure(now: number | undefined, publishedAt: number | undefined): void {
    if (publishedAt === undefined) return;
    this.#traffic.deliverySeconds.observe(((now ?? this.#clock.monotonic()) - publishedAt) / 1000);
  }
}

/** A socket can only be excluded by its own publish, and only while it is open and subscribed: else nobody would get the frame. */
function isSubscribed({ isOpen, subscriptions }: Connection, channel: Channel): boolean {
  const subscription = subscriptions.get(channel.channel.name);
  return isOpen && subscription?.channel === channel && subscription.isLive;
}
