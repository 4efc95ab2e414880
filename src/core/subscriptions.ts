import type { Subscription } from './connection.ts';

/** Up to so many channels a list is smaller than a map, and searched as fast. */
const fewChannels = 8;
const none: readonly Subscription[] = [];

/** A connection's subscriptions by the name of the channel. Most connections have few: a map for each would be an eighth of their memory. */
export class Subscriptions {
  /** Replaced, not changed, so that it is never larger than it must be. */
  #few = none;
  /** All of them, once they are many. */
  #many: Map<string, Subscription> | undefined = undefined;

  get size(): number {
    return this.#many?.size ?? this.#few.length;
  }

  get(name: string): Subscription | undefined {
    return this.#many === undefined ? this.#few.find((one) => nameOf(one) === name) : this.#many.get(name);
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  /** The connection must not have one of this channel. */
  add(subscription: Subscription): void {
    if (this.#many !== undefined) this.#many.set(nameOf(subscription), subscription);
    else if (this.#few.length < fewChannels)
      this.#few = this.#few.concat(subscription); // a spread would leave room for 16 more
    else {
      this.#many = new Map([...this.#few, subscription].map((one) => [nameOf(one), one]));
      this.#few = none;
    }
  }

  delete(name: string): void {
    if (this.#many === undefined) this.#few = this.#few.filter((one) => nameOf(one) !== name);
    else this.#many.delete(name);
  }

  /** As they are now; they may leave while they are walked. */
  all(): readonly Subscription[] {
    return this.#many === undefined ? this.#few : [...this.#many.values()];
  }
}

function nameOf({ channel }: Subscription): string {
  return channel.channel.name;
}
