import { announcedKinds } from './kinds.ts';
import type { FeedLine } from './line.ts';

const rememberedMilliseconds = 2000;
const maxRemembered = 10_000;

interface Telling {
  at: number;
  /** How often the fact was shown, and how often each node has told it. */
  shown: number;
  readonly told: Map<string, number>;
}

/** Finds the lines that tell once more what another node has told: of a change over all nodes every node hears that holds the channel. */
export class Repeats {
  readonly #tellings = new Map<string, Telling>();

  /** `now` in milliseconds of a clock that never goes back. */
  isRepeat(line: FeedLine, now: number): boolean {
    if (!announcedKinds.has(line.kind)) return false;
    const fact = [line.kind, line.channel, line.user_id, line.subscription_count].join(' ');
    const telling = this.#find(fact, now);
    const times = (telling.told.get(line.node) ?? 0) + 1;
    telling.told.set(line.node, times);
    if (times <= telling.shown) return true;
    telling.shown = times;
    return false;
  }

  /** The last telling of a fact, if it was not long ago. */
  #find(fact: string, now: number): Telling {
    const known = this.#tellings.get(fact);
    this.#tellings.delete(fact);
    const isFresh = known !== undefined && now - known.at < rememberedMilliseconds;
    const telling: Telling = isFresh ? known : { at: now, shown: 0, told: new Map() };
    telling.at = now;
    this.#tellings.set(fact, telling); // the newest is the last
    for (const [oldest, { at }] of this.#tellings) {
      if (this.#tellings.size <= maxRemembered && now - at < rememberedMilliseconds) break;
      this.#tellings.delete(oldest);
    }
    return telling;
  }
}
