import type { App } from '../core/app.ts';
import type { Clock } from '../core/ports.ts';
import { belongsTo } from './filter.ts';
import { type FeedKind, feedKinds } from './kinds.ts';
import type { Rates } from './node-stats.ts';
import type { FeedEvent, Watch } from './watches.ts';

type RateName = keyof Rates;

/** What is counted in one stretch of time. */
interface Stretch {
  readonly beganAt: number;
  readonly counts: Record<RateName, number>;
  readonly channels: Map<string, number>;
}

const stretchMilliseconds = 5000;
const maxChannels = 10_000;

/** What each kind counts as. */
const countedAs: ReadonlyMap<FeedKind, RateName> = new Map<FeedKind, RateName>([
  ['connected', 'connected'],
  ['disconnected', 'disconnected'],
  ['subscribed', 'subscribed'],
  ['triggered', 'messages'],
  ['client_event', 'client_events'],
  ...feedKinds.filter((kind) => kind.endsWith('_refused')).map((kind) => [kind, 'refused'] as const),
]);

/** Counts an app's events on this node while somebody asks for rates. Of more than 10,000 channels within 5 s the rest has no rate. */
export class Meter implements Watch {
  readonly kinds: ReadonlySet<FeedKind> = new Set(countedAs.keys());
  readonly #app: App;
  readonly #clock: Pick<Clock, 'monotonic'>;
  #last: Stretch | undefined;
  #current: Stretch;

  constructor(app: App, clock: Pick<Clock, 'monotonic'>) {
    this.#app = app;
    this.#clock = clock;
    this.#current = begin(clock.monotonic());
  }

  offer(event: FeedEvent): void {
    const name = countedAs.get(event.type);
    if (name === undefined || !belongsTo(this.#app, event)) return;
    const { counts } = this.#current;
    if (event.type === 'triggered') {
      counts.messages += event.channels.length;
      for (const channel of event.channels) this.#countChannel(channel);
    } else counts[name] += 1;
    if (event.type === 'client_event') this.#countChannel(event.channel);
  }

  /** Called once a second. */
  tick(): void {
    if (this.#clock.monotonic() - this.#current.beganAt < stretchMilliseconds) return;
    this.#last = this.#current;
    this.#current = begin(this.#clock.monotonic());
  }

  /** `null` in the first second. */
  rates(): Rates | null {
    const seconds = this.#seconds();
    if (seconds < 1) return null;
    const rate = (name: RateName) => round(((this.#last?.counts[name] ?? 0) + this.#current.counts[name]) / seconds);
    return {
      connected: rate('connected'),
      disconnected: rate('disconnected'),
      subscribed: rate('subscribed'),
      messages: rate('messages'),
      client_events: rate('client_events'),
      refused: rate('refused'),
    };
  }

  /** Messages per second. */
  rateOf(channel: string): number {
    const count = (this.#last?.channels.get(channel) ?? 0) + (this.#current.channels.get(channel) ?? 0);
    return round(count / Math.max(1, this.#seconds()));
  }

  /** The channels that had a message. */
  channels(): ReadonlySet<string> {
    return new Set([...(this.#last?.channels.keys() ?? []), ...this.#current.channels.keys()]);
  }

  #seconds(): number {
    return (this.#clock.monotonic() - (this.#last ?? this.#current).beganAt) / 1000;
  }

  #countChannel(channel: string): void {
    const { channels } = this.#current;
    const count = channels.get(channel);
    if (count !== undefined || channels.size < maxChannels) channels.set(channel, (count ?? 0) + 1);
  }
}

function begin(beganAt: number): Stretch {
  return { beganAt, counts: { connected: 0, disconnected: 0, subscribed: 0, messages: 0, client_events: 0, refused: 0 }, channels: new Map() };
}

function round(rate: number): number {
  return Math.round(rate * 100) / 100;
}
