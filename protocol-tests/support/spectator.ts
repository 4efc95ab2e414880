import type Pusher from 'pusher-js';
import type { Shot } from './load.ts';
import { pusherJs } from './real-clients.ts';
import type { Target } from './target.ts';

/** From a confirmed subscription to the end of its connection. */
interface Life {
  readonly from: number;
  until: number;
}

/** What was answered so shortly before a socket was closed may still have been on its way to it. */
const flightMilliseconds = 1000;

/** A real pusher-js that watches the events of a `Load` over as many connections as it takes. Ends with the test. */
export class Spectator {
  /** Resolves with the first subscription. */
  readonly arrived: Promise<void>;
  readonly #pusher: Pusher;
  readonly #lives: Life[] = [];
  readonly #numbers: number[] = [];
  readonly #names = new Set<string>();
  readonly #channel;

  constructor(target: Target, channel: string) {
    this.#pusher = pusherJs(target);
    this.#channel = this.#pusher.subscribe(channel);
    this.arrived = new Promise((done) => {
      this.#channel.bind('pusher:subscription_succeeded', () => {
        this.#lives.push({ from: performance.now(), until: Number.POSITIVE_INFINITY });
        done();
      });
    });
    this.#pusher.connection.bind('state_change', ({ previous }: { readonly previous: string }) => {
      const life = this.#lives.at(-1);
      if (previous === 'connected' && life !== undefined) life.until = performance.now();
    });
    this.#channel.bind('shot', (number: unknown) => this.#numbers.push(Number(number)));
    this.#channel.bind_global((event: string) => this.#names.add(event));
  }

  /** How many connections it has had. */
  get lives(): number {
    return this.#lives.length;
  }

  /** Whether it is subscribed now. */
  get isWatching(): boolean {
    return this.#lives.at(-1)?.until === Number.POSITIVE_INFINITY;
  }

  /** Resolves when an event of this name has come. */
  async saw(name: string): Promise<void> {
    if (this.#names.has(name)) return;
    await new Promise<void>((done) => this.#channel.bind(name, () => done()));
  }

  /** What of these events it has not received although it was there, and what it received more than once. */
  faults(accepted: readonly Shot[]): { readonly missing: readonly number[]; readonly repeated: readonly number[] } {
    const seen = new Set(this.#numbers);
    const isOwed = ({ sentAt, answeredAt }: Shot): boolean =>
      this.#lives.some(({ from, until }) => sentAt > from && answeredAt + flightMilliseconds < until);
    return {
      missing: accepted
        .filter(isOwed)
        .map(({ number }) => number)
        .filter((number) => !seen.has(number)),
      repeated: this.#numbers.filter((number, index) => this.#numbers.indexOf(number) !== index),
    };
  }
}
