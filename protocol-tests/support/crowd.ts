import { api } from './api.ts';
import { Client } from './client.ts';
import type { Target } from './target.ts';

/** A socket of the crowd, and what the model says that it holds. */
export interface Visitor {
  readonly client: Client;
  /** Channel -> the user in it, and the turn in which it was subscribed. */
  readonly channels: Map<string, { readonly userId: string; readonly since: number }>;
}

/** An event that was answered 200. */
export interface Told {
  readonly name: string;
  readonly channel: string;
  readonly turn: number;
  /** The socket that it spares. */
  readonly except: string | undefined;
}

export interface CrowdOptions {
  readonly targets: readonly Target[];
  readonly random: () => number;
  /** Whether a 503 is to be expected. */
  readonly mayRefuse: boolean;
}

export const presenceRooms = ['presence-a', 'presence-b', 'presence-c'];
export const allChannels = [...presenceRooms, 'open-a', 'private-a'];
const users = ['ann', 'ben', 'cas', 'dot', 'eve'];
const maxVisitors = 24;

/** Clients that come, go and talk at random on several nodes, and the simplest model of what there is to see: a list. */
export class Crowd {
  readonly visitors = new Set<Visitor>();
  readonly events: Told[] = [];
  readonly #options: CrowdOptions;
  #turn = 0;
  #names = 0;

  constructor(options: CrowdOptions) {
    this.#options = options;
  }

  /** Does so many things at once, none of them to the same visitor. Returns how many it were. */
  async act(count: number): Promise<number> {
    this.#turn += 1;
    const idle = [...this.visitors];
    const acts = Array.from({ length: count }, () => this.#draw(idle));
    await Promise.all(acts.map((act) => act()));
    return count;
  }

  /** Users of a presence channel, by name. */
  usersIn(channel: string): readonly string[] {
    return [...new Set(this.#in(channel).map(({ channels }) => channels.get(channel)?.userId ?? ''))].sort();
  }

  subscriptions(channel: string): number {
    return this.#in(channel).length;
  }

  /** What webhooks must have told: channels, and members of presence channels. */
  state(): readonly string[] {
    const occupied = allChannels.filter((channel) => this.subscriptions(channel) > 0);
    const members = presenceRooms.flatMap((room) => this.usersIn(room).map((userId) => `${room} ${userId}`));
    return [...occupied, ...members].sort();
  }

  /** Events that the visitor must have received: it was there before they were sent, and is there still. */
  owedTo({ client, channels }: Visitor): readonly string[] {
    const isOwed = ({ channel, turn, except }: Told): boolean => turn > (channels.get(channel)?.since ?? turn) && except !== client.socketId;
    return this.events.filter(isOwed).map(({ name }) => name);
  }

  #in(channel: string): readonly Visitor[] {
    return [...this.visitors].filter(({ channels }) => channels.has(channel));
  }

  #draw(idle: Visitor[]): () => Promise<void> {
    const { random } = this.#options;
    const drawn = random();
    const target = this.#pick(this.#options.targets);
    const [visitor] = idle.length === 0 ? [] : idle.splice(Math.floor(random() * idle.length), 1);
    const channel = this.#pick(allChannels);
    const userId = this.#pick(users);
    if (visitor === undefined || (drawn < 0.2 && this.visitors.size < maxVisitors)) return () => this.#come(target, channel, userId);
    if (drawn < 0.45) return () => this.#enter(visitor, channel, userId);
    if (drawn < 0.65) return () => this.#leave(visitor, this.#pick([...visitor.channels.keys(), channel]));
    if (drawn < 0.78) return () => this.#go(visitor, drawn < 0.72);
    return () => this.#trigger(target, channel, drawn < 0.85 ? visitor : undefined);
  }

  async #come(target: Target, channel: string, userId: string): Promise<void> {
    const visitor: Visitor = { client: await Client.connect(target), channels: new Map() };
    await this.#enter(visitor, channel, userId);
    this.visitors.add(visitor);
  }

  async #enter(visitor: Visitor, channel: string, userId: string): Promise<void> {
    if (visitor.channels.has(channel)) return;
    const frame = visitor.client.subscribe(channel, presenceRooms.includes(channel) ? { user_id: userId } : undefined);
    visitor.channels.set(channel, { userId, since: this.#turn });
    await frame;
  }

  async #leave({ client, channels }: Visitor, channel: string): Promise<void> {
    if (!channels.delete(channel)) return;
    client.unsubscribe(channel);
    client.send({ event: 'pusher:ping', data: {} });
    await client.next('pusher:pong');
  }

  async #go(visitor: Visitor, isPolite: boolean): Promise<void> {
    this.visitors.delete(visitor);
    if (isPolite) await visitor.client.close();
    else visitor.client.drop();
  }

  async #trigger(target: Target, channel: string, author: Visitor | undefined): Promise<void> {
    this.#names += 1;
    const name = `event-${this.#names}`;
    const turn = this.#turn;
    const except = author?.client.socketId;
    const { status, text } = await api(target, 'POST', '/events', { name, channel, data: '', ...(except !== undefined && { socket_id: except }) });
    if (status === 200) this.events.push({ name, channel, turn, except });
    else if (status !== 503 || !this.#options.mayRefuse) throw new Error(`The trigger was answered with ${status}: ${text}`);
  }

  #pick<T>(values: readonly T[]): T {
    return values[Math.floor(this.#options.random() * values.length)] as T;
  }
}

/** The names of the crowd's events on a channel as a visitor received them. */
export function eventsSeen({ received }: Client, channel: string): readonly string[] {
  return received
    .filter((text) => text.includes('"event-'))
    .map((text) => JSON.parse(text))
    .filter((frame) => frame.channel === channel)
    .map(({ event }) => event);
}

/** Pairs of events that two clients saw in different orders. */
export function disorder(sequences: readonly (readonly string[])[]): readonly string[] {
  const faults: string[] = [];
  for (const [index, first] of sequences.entries()) {
    const place = new Map(first.map((name, position) => [name, position]));
    for (const second of sequences.slice(index + 1)) {
      const places = second.map((name) => place.get(name)).filter((position) => position !== undefined);
      if (places.some((position, at) => at > 0 && position < (places[at - 1] ?? 0))) faults.push(`${first} / ${second}`);
    }
  }
  return faults;
}
