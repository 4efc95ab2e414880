import type { TraceContext } from '../protocol/trace-context.ts';
import type { WebhookFact } from './events.ts';
import type { Clock, Consequence } from './ports.ts';

const keptMilliseconds = 60_000;
const maxNotes = 10_000;

interface Note {
  readonly trace: TraceContext;
  readonly endsAt: number;
}

/**
 * Remembers for a minute which facts the orders of traced requests bring about, because facts come back from the registry without their cause.
 * Bounded; what is forgotten is a fact without a cause.
 */
export class Causes {
  readonly #clock: Pick<Clock, 'monotonic'>;
  /** By fact, the oldest first. */
  readonly #notes = new Map<string, Note>();

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  /** The user's connections in these channels are ended. */
  note({ appId, userId, channels, trace }: Consequence): void {
    const note = { trace, endsAt: this.#clock.monotonic() + keptMilliseconds };
    for (const channel of channels) {
      for (const key of [`channel_vacated ${appId}/${channel}`, `subscription_count ${appId}/${channel}`, memberKey({ appId, channel, userId })]) {
        this.#notes.delete(key);
        this.#notes.set(key, note);
      }
    }
    this.#forget();
  }

  /** The trace that the fact is part of. Each is told once: what happens again has another cause. */
  take(fact: WebhookFact): TraceContext | undefined {
    if (this.#notes.size === 0) return undefined;
    const key = fact.type === 'member_removed' ? memberKey(fact) : `${fact.type} ${fact.appId}/${fact.channel}`;
    const note = this.#notes.get(key);
    this.#notes.delete(key);
    return note !== undefined && note.endsAt > this.#clock.monotonic() ? note.trace : undefined;
  }

  #forget(): void {
    const now = this.#clock.monotonic();
    for (const [key, { endsAt }] of this.#notes) {
      if (endsAt > now && this.#notes.size <= maxNotes) return;
      this.#notes.delete(key);
    }
  }
}

/** No name of a channel has a blank. */
function memberKey({ appId, channel, userId }: { readonly appId: string; readonly channel: string; readonly userId: string }): string {
  return `member_removed ${appId}/${channel} ${userId}`;
}
