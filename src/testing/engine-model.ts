import type { HeardFrame } from './test-client.ts';

/** What one step must cause: frames per socket, in order, and facts. */
export interface Effects {
  readonly frames: Map<number, HeardFrame[]>;
  readonly facts: string[];
}

interface ModelSocket {
  readonly user: string;
  readonly channels: Set<string>;
}

/**
 * The protocol's promises about subscriptions, in the plainest form: sockets (numbered) of users, in channels. What an engine does in the same
 * situation is compared with it, step by step.
 */
export class EngineModel {
  readonly sockets = new Map<number, ModelSocket>();
  /** Users per presence channel, in the order of their coming. */
  readonly #rosters = new Map<string, string[]>();
  readonly #cached = new Map<string, string>();
  #frames = new Map<number, HeardFrame[]>();
  #facts: string[] = [];

  open(socket: number, user: string): void {
    this.sockets.set(socket, { user, channels: new Set() });
  }

  close(socket: number): void {
    const { user, channels } = this.#socket(socket);
    this.sockets.delete(socket);
    for (const channel of channels) this.#left(channel, user);
    this.#frames.delete(socket);
  }

  subscribe(socket: number, channel: string): void {
    const { user, channels } = this.#socket(socket);
    if (channels.has(channel)) return this.#tell(socket, success(channel, this.#rosters.get(channel)));
    const others = this.members(channel);
    channels.add(channel);
    if (others.length === 0) this.#facts.push(`channel_occupied ${channel}`);
    if (isPresence(channel)) this.#seat(channel, user, others);
    this.#tell(socket, success(channel, this.#rosters.get(channel)));
    const isMiss = isCache(channel) && this.#replay(socket, channel);
    this.#tellCount(channel);
    if (isMiss) this.#facts.push(`cache_miss ${channel}`);
  }

  unsubscribe(socket: number, channel: string): void {
    const { user, channels } = this.#socket(socket);
    if (channels.delete(channel)) this.#left(channel, user);
  }

  publish(channel: string, data: string, except?: number): void {
    if (isCache(channel)) this.#cached.set(channel, data);
    for (const member of this.members(channel)) if (member !== except) this.#tell(member, { event: 'event', channel, data });
  }

  whisper(socket: number, channel: string, data: string): void {
    const { user, channels } = this.#socket(socket);
    if (!channels.has(channel) || !/^(private|presence)-/.test(channel)) return this.#tell(socket, { event: 'pusher:error' });
    const frame = { event: 'client-event', channel, data, ...(isPresence(channel) ? { user_id: user } : {}) };
    for (const member of this.members(channel)) if (member !== socket) this.#tell(member, frame);
    this.#facts.push(`client_event ${channel}`);
  }

  /** Sockets in the channel. */
  members(channel: string): readonly number[] {
    return [...this.sockets].flatMap(([socket, { channels }]) => (channels.has(channel) ? [socket] : []));
  }

  /** Occupied channels with their counts. */
  counts(): ReadonlyMap<string, { readonly subscriptions: number; readonly users: number }> {
    const channels = new Set([...this.sockets.values()].flatMap((socket) => [...socket.channels]));
    const count = (channel: string) => ({ subscriptions: this.members(channel).length, users: this.#rosters.get(channel)?.length ?? 0 });
    return new Map([...channels].map((channel) => [channel, count(channel)]));
  }

  /** What has been caused since the last call. */
  take(): Effects {
    const effects = { frames: this.#frames, facts: this.#facts };
    this.#frames = new Map();
    this.#facts = [];
    return effects;
  }

  #left(channel: string, user: string): void {
    const others = this.members(channel);
    if (isPresence(channel) && !others.some((other) => this.#socket(other).user === user)) {
      this.#rosters.set(
        channel,
        (this.#rosters.get(channel) ?? []).filter((present) => present !== user),
      );
      for (const other of others) this.#tell(other, { event: 'pusher_internal:member_removed', channel, data: { user_id: user } });
      this.#facts.push(`member_removed ${channel} ${user}`);
    }
    this.#tellCount(channel);
    if (others.length === 0) this.#facts.push(`channel_vacated ${channel}`);
  }

  #seat(channel: string, user: string, others: readonly number[]): void {
    const roster = this.#rosters.get(channel) ?? [];
    if (roster.includes(user)) return;
    this.#rosters.set(channel, [...roster, user]);
    for (const other of others) this.#tell(other, { event: 'pusher_internal:member_added', channel, data: { user_id: user, user_info: null } });
    this.#facts.push(`member_added ${channel} ${user}`);
  }

  /** Whether there was nothing to tell. */
  #replay(socket: number, channel: string): boolean {
    const data = this.#cached.get(channel);
    this.#tell(socket, data === undefined ? { event: 'pusher:cache_miss', channel } : { event: 'event', channel, data });
    return data === undefined;
  }

  #tellCount(channel: string): void {
    if (isPresence(channel)) return;
    const members = this.members(channel);
    const data = { subscription_count: members.length };
    for (const member of members) this.#tell(member, { event: 'pusher_internal:subscription_count', channel, data });
    this.#facts.push(`subscription_count ${channel} ${members.length}`);
  }

  #tell(socket: number, frame: HeardFrame): void {
    this.#frames.set(socket, [...(this.#frames.get(socket) ?? []), frame]);
  }

  #socket(number: number): ModelSocket {
    const socket = this.sockets.get(number);
    if (socket === undefined) throw new Error(`socket ${number} is not open`);
    return socket;
  }
}

function isPresence(channel: string): boolean {
  return channel.startsWith('presence-');
}

function isCache(channel: string): boolean {
  return /^((private|presence)-)?cache-/.test(channel);
}

function success(channel: string, users: readonly string[] = []): HeardFrame {
  const hash = Object.fromEntries(users.map((user) => [user, null]));
  const data = isPresence(channel) ? { presence: { ids: [...users], hash, count: users.length } } : {};
  return { event: 'pusher_internal:subscription_succeeded', channel, data };
}
