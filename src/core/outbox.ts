import type { Batch, Channel, Newcomer, Queued, QueuedFrame } from './channel.ts';
import type { Connection } from './connection.ts';
import type { Clock, Fanout } from './ports.ts';
import type { Traffic } from './traffic.ts';
import { eventWindows, isSpared, noteWait } from './vain-waits.ts';

interface OutboxOptions {
  readonly fanout: Fanout;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly traffic: Traffic;
  /** How long a busy channel gathers frames; 0 sends each at once. */
  readonly windowMilliseconds: number;
}

/** What the engine puts into one write, so that more of them save nothing. */
const writeFrames = 32;
const writeBytes = 16 * 1024;
/** Of a WebSocket frame, at most, but for one that needs a write of its own anyway. */
const headBytes = 4;
/** Of one channel, in one tick; one more does not wait for its end. */
const maxBatches = 32;
const maxEntries = 1024;
/** A turn of the loop in which many are told of many takes longer than a window; the next of a crowd is not alone because of that. */
const crowdMilliseconds = 20;
/** Nobody sees that somebody came so much later, and each flush less is a system call less for each subscriber. */
const announceMilliseconds = 10;
/**
 * The last step before the engine. A sparse event leaves at once, with all that come in the same tick, because the engine joins those into one
 * write per socket. On a busy channel, events that come within two windows of the one before wait for the next flush, or until they fill a write,
 * where they share it again: fewer system calls is the only lever left on a fan-out. Where events are answers to those before, as many come each
 * time, and waiting longer gathers nothing: that is left off for a while.
 */
export class Outbox {
  readonly #fanout: Fanout;
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #traffic: Traffic;
  readonly #windowMilliseconds: number;
  /** From one flush to the next. The loop's clock has whole milliseconds, rounded down: a timer of n fires after n - 1 to n. */
  readonly #timerMilliseconds: number;
  /** How many windows an announcement waits. */
  readonly #announceWindows: number;
  readonly #waiting = new Set<Channel>();
  /** Those of them that have a batch which leaves at the end of the tick. */
  readonly #leaving = new Set<Channel>();
  #timer: NodeJS.Timeout | undefined;
  /** Counts the turns of the event loop in which something was sent at once, or is to leave at their end. */
  #tick = 0;
  #isEndAwaited = false;

  constructor({ fanout, clock, traffic, windowMilliseconds }: OutboxOptions) {
    this.#fanout = fanout;
    this.#clock = clock;
    this.#traffic = traffic;
    this.#windowMilliseconds = windowMilliseconds;
    this.#timerMilliseconds = windowMilliseconds + 1;
    this.#announceWindows = Math.max(1, Math.floor(announceMilliseconds / this.#timerMilliseconds));
  }

  /** Sends a frame to the channel's local subscribers, but `except`, in the order of the calls. */
  push(channel: Channel, frame: string, except: Connection | undefined, publishedAt?: number): void {
    this.#put(channel, { frame, except, publishedAt }, 2 * this.#windowMilliseconds, eventWindows);
  }

  /**
   * Sends a frame about the channel itself, such as who came. Clients come and go in crowds, so it rather waits for more of its kind, and longer; an
   * event takes along what waits.
   */
  announce(channel: Channel, frame: string): void {
    const rest = Math.max(crowdMilliseconds, 2 * this.#windowMilliseconds);
    this.#put(channel, { frame, except: undefined, publishedAt: undefined }, rest, this.#announceWindows);
  }

  /** Gives a newcomer all frames from now on, and none from before, however long those wait: they need not leave early, each by itself. */
  admit(newcomer: Newcomer): void {
    const { channel } = newcomer.subscription;
    if (channel.queue === undefined) goLive(newcomer);
    else this.#enqueue(channel, channel.queue, newcomer);
  }

  /** Sends what waits. Needed before a subscription ends and before a direct send that must not overtake the channel. */
  flush(channel: Channel): void {
    const { queue } = channel;
    if (queue === undefined) return;
    channel.queue = undefined;
    this.#waiting.delete(channel);
    for (const batch of queue) this.#sendBatch(channel, batch);
  }

  flushAll(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const now = this.#clock.monotonic();
    for (const channel of this.#waiting) this.#flushWaited(channel, now);
  }

  /** At once when the channel has been silent for `rest` milliseconds, or together with what is sent at once; else within so many windows. */
  #put(channel: Channel, queued: QueuedFrame, rest: number, windows: number): void {
    if (this.#windowMilliseconds === 0) return this.#sendAt(undefined, channel, queued);
    const now = this.#clock.monotonic();
    const isSparse = channel.sentInTick === this.#tick || now - channel.busyAt >= rest;
    channel.busyAt = now;
    if (channel.queue !== undefined || !isSparse) return this.#wait(channel, queued, windows, now);
    this.#awaitEndOfTick();
    channel.sentInTick = this.#tick;
    this.#sendAt(now, channel, queued);
  }

  #wait(channel: Channel, queued: QueuedFrame, windows: number, now: number): void {
    channel.queue ??= [];
    const bytes = queued.frame.length + headBytes; // of what is not ASCII more, and then there are two writes
    const batch = this.#batchFor(channel, channel.queue, bytes, { windows, now });
    batch.frames += 1;
    batch.bytes += bytes;
    batch.windows = Math.min(windows, batch.windows);
    if (batch.frames === writeFrames || batch.bytes >= writeBytes) this.#fill(channel, batch);
    else if (windows === eventWindows && isSpared(channel, batch)) this.#leave(channel, batch);
    this.#enqueue(channel, channel.queue, queued);
  }

  /** The last of the queue, or another behind it when that has no room for so many bytes. */
  #batchFor(channel: Channel, queue: Batch[], bytes: number, { windows, now }: { readonly windows: number; readonly now: number }): Batch {
    const last = queue.at(-1);
    if (last !== undefined && last.bytes + bytes > writeBytes) this.#fill(channel, last);
    if (last !== undefined && !last.isFull) return last;
    const batch: Batch = { entries: [], frames: 0, bytes: 0, isFull: false, windows, windowsPassed: 0, since: now };
    queue.push(batch);
    return batch;
  }

  #enqueue(channel: Channel, queue: readonly Batch[], queued: Queued): void {
    const last = queue.at(-1);
    last?.entries.push(queued);
    this.#waiting.add(channel);
    if (last?.windows !== 0) this.#timer ??= this.#nextWindow();
    if (queue.length > maxBatches || last?.entries.length === maxEntries) this.flush(channel);
  }

  #fill(channel: Channel, batch: Batch): void {
    batch.isFull = true;
    channel.vainWaits = undefined;
    this.#leave(channel, batch);
  }

  /** At the end of the tick, not before: while a message of one socket is handled the engine has no room for those to others, and writes each by itself. */
  #leave(channel: Channel, batch: Batch): void {
    batch.windows = 0;
    this.#leaving.add(channel);
    this.#awaitEndOfTick();
  }

  #sendLeaving(channel: Channel): void {
    const { queue } = channel;
    const last = queue?.at(-1);
    if (queue === undefined || last === undefined) return;
    if (last.windows === 0) return this.flush(channel);
    channel.queue = [last];
    for (const batch of queue.slice(0, -1)) this.#sendBatch(channel, batch);
  }

  #nextWindow(): NodeJS.Timeout {
    return setTimeout(() => this.#endWindow(), this.#timerMilliseconds);
  }

  #endWindow(): void {
    this.#timer = undefined;
    const now = this.#clock.monotonic();
    for (const channel of this.#waiting) {
      const batch = channel.queue?.at(-1);
      if (batch !== undefined && ++batch.windowsPassed >= batch.windows) this.#flushWaited(channel, now);
    }
    if (this.#waiting.size > 0) this.#timer ??= this.#nextWindow();
  }

  #flushWaited(channel: Channel, now: number): void {
    noteWait(channel, now);
    channel.busyAt = now;
    this.flush(channel);
  }

  #awaitEndOfTick(): void {
    if (this.#isEndAwaited) return;
    this.#isEndAwaited = true;
    setImmediate(() => {
      this.#isEndAwaited = false;
      this.#tick += 1;
      const leaving = [...this.#leaving];
      this.#leaving.clear();
      for (const channel of leaving) this.#sendLeaving(channel);
    });
  }

  #sendAt(now: number | undefined, channel: Channel, queued: QueuedFrame): void {
    this.#measure(now, queued.publishedAt);
    this.#send(channel, queued);
  }

  #sendBatch(channel: Channel, batch: Batch): void {
    this.#measure(undefined, firstTime(batch));
    for (const queued of batch.entries) {
      if ('frame' in queued) this.#send(channel, queued);
      else goLive(queued);
    }
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

function goLive({ connection, subscription }: Newcomer): void {
  const { channel } = subscription;
  subscription.isLive = true;
  channel.live += 1;
  if (connection.isOpen) connection.socket.subscribe(channel.topic);
}

/** When the first of those frames whose time is known was published. */
function firstTime({ entries }: Batch): number | undefined {
  for (const queued of entries) if ('frame' in queued && queued.publishedAt !== undefined) return queued.publishedAt;
  return undefined;
}

/** A socket can only be excluded by its own publish, and only while it is open and subscribed: else nobody would get the frame. */
function isSubscribed({ isOpen, subscriptions }: Connection, channel: Channel): boolean {
  const subscription = subscriptions.get(channel.channel.name);
  return isOpen && subscription?.channel === channel && subscription.isLive;
}
