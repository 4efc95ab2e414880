import type { HttpReceiver } from '../../src/testing/http-receiver.ts';
import { hooked, readWithSdk } from './webhooks.ts';

const opposites: ReadonlyMap<string, string> = new Map([
  ['channel_occupied', 'channel_vacated'],
  ['member_added', 'member_removed'],
]);
const departures = new Set(opposites.values());

/** The webhooks that an endpoint has received. What comes again under its id, as may happen, is left out. */
export class Hooks {
  readonly #receiver: HttpReceiver;
  readonly #ids = new Set<string>();
  readonly #lines: string[] = [];
  #requests = 0;

  constructor(receiver: HttpReceiver) {
    this.#receiver = receiver;
  }

  /** Every event so far, in the order of its first arrival: `member_removed presence-room ann`. */
  lines(): readonly string[] {
    const { requests } = this.#receiver;
    for (; this.#requests < requests.length; this.#requests += 1) {
      const request = requests[this.#requests];
      if (request === undefined) break;
      for (const event of readWithSdk(request, hooked)) {
        if (this.#ids.has(event.id)) continue;
        this.#ids.add(event.id);
        const more = 'user_id' in event ? [event.user_id] : 'subscription_count' in event ? [event.subscription_count] : [];
        this.#lines.push([event.name, event.channel, ...more].join(' '));
      }
    }
    return this.#lines;
  }

  /** Occupied channels and present members as the webhooks tell it; throws when a transition is told twice in a row. */
  state(): readonly string[] {
    const present = new Set<string>();
    for (const line of this.lines()) {
      const [name = '', ...rest] = line.split(' ');
      const key = rest.join(' ');
      const isComing = opposites.has(name);
      if (!isComing && !departures.has(name)) continue;
      if (isComing === present.has(key)) throw new Error(`${line} was told twice in:\n${this.#lines.join('\n')}`);
      if (isComing) present.add(key);
      else present.delete(key);
    }
    return [...present].sort();
  }
}
