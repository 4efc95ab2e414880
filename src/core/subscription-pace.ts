import type { Connection } from './connection.ts';
import type { Counters } from './counters.ts';
import type { Clock } from './ports.ts';
import { takeToken } from './token-bucket.ts';

interface SubscriptionPaceOptions {
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly counters: Pick<Counters, 'subscriptionsDelayed' | 'subscriptions'>;
}

interface Waiting {
  readonly run: () => void;
  readonly characters: number;
  /** Whether it takes a token of the rate; what only gives back waits for its turn, no more. */
  readonly isCounted: boolean;
}

interface Line {
  readonly waiting: Waiting[];
  characters: number;
}

/** More cannot be asked for in earnest, whatever the app's limit of channels. */
const maxWaiting = 10_000;
const maxCharacters = 262_144;
/** Of all connections together. */
const maxCharactersInAll = 33_554_432;

/**
 * Lets a connection subscribe to as many channels at once as it may have; what comes faster after that waits in order, because clients never ask
 * again for a channel that was refused.
 */
export class SubscriptionPace {
  readonly #options: SubscriptionPaceOptions;
  readonly #lines = new Map<Connection, Line>();
  #characters = 0;

  constructor(options: SubscriptionPaceOptions) {
    this.#options = options;
  }

  /** Connections for which something waits. */
  get size(): number {
    return this.#lines.size;
  }

  /**
   * Runs a journey now, or later behind those of the connection that wait. Returns `false` when even the line is full. `characters` is the size of
   * the message.
   */
  run(connection: Connection, run: () => void, characters: number, isCounted: boolean): boolean {
    const line = this.#lines.get(connection);
    if (line === undefined && (!isCounted || this.#take(connection))) {
      run();
      return true;
    }
    return this.#wait(connection, line, { run, characters, isCounted });
  }

  isWaiting(connection: Connection): boolean {
    return this.#lines.has(connection);
  }

  /** Lets go of what waits for a connection that is closed. */
  forget(connection: Connection): void {
    this.#characters -= this.#lines.get(connection)?.characters ?? 0;
    this.#lines.delete(connection);
  }

  /** Called once a second. */
  tick(): void {
    for (const [connection, line] of this.#lines) {
      const { waiting } = line;
      const blockedAt = waiting.findIndex(({ isCounted }) => isCounted && !this.#take(connection));
      const due = waiting.splice(0, blockedAt === -1 ? waiting.length : blockedAt);
      const characters = due.reduce((sum, next) => sum + next.characters, 0);
      line.characters -= characters;
      this.#characters -= characters;
      if (waiting.length === 0) this.#lines.delete(connection);
      for (const { run } of due) run();
    }
  }

  #wait(connection: Connection, line: Line = { waiting: [], characters: 0 }, next: Waiting): boolean {
    const { counters } = this.#options;
    const places = Math.min(2 * connection.app.limits.channelsPerConnection, maxWaiting); // every channel may be joined and left
    const fits = line.characters + next.characters <= maxCharacters && this.#characters + next.characters <= maxCharactersInAll;
    if (line.waiting.length >= places || !fits) {
      counters.subscriptions += 1;
      return false;
    }
    counters.subscriptionsDelayed += 1;
    line.waiting.push(next);
    line.characters += next.characters;
    this.#characters += next.characters;
    this.#lines.set(connection, line);
    return true;
  }

  #take(connection: Connection): boolean {
    const { subscriptionsPerSecond, channelsPerConnection } = connection.app.limits;
    const burst = Math.max(subscriptionsPerSecond, channelsPerConnection);
    const fullAt = takeToken(connection.fullAt.subscribes, this.#options.clock.monotonic(), subscriptionsPerSecond, burst);
    if (fullAt !== undefined) connection.fullAt.subscribes = fullAt;
    return fullAt !== undefined;
  }
}
