import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import { api } from './api.ts';
import type { Client } from './client.ts';
import type { Target } from './target.ts';

/** One event of a load, and what became of it. */
export interface Shot {
  readonly number: number;
  readonly sentAt: number;
  answeredAt: number;
  /** 0 when there was no answer at all. */
  status: number;
}

const eventName = 'shot';
const pauseMilliseconds = 5;

/** Publishes numbered events on a channel through several nodes at once, one after the other on each, until it is stopped. */
export class Load {
  readonly channel: string;
  readonly shots: Shot[] = [];
  readonly #targets: () => readonly Target[];
  readonly #shooters: Promise<void>[];
  #isStopped = false;

  /** `targets` is asked before each event, so that nodes can come and go. */
  constructor(channel: string, targets: () => readonly Target[], shooters = targets().length) {
    this.channel = channel;
    this.#targets = targets;
    this.#shooters = Array.from({ length: shooters }, (_, index) => this.#shoot(index));
  }

  /** What was answered 200 so far. */
  get accepted(): readonly Shot[] {
    return this.shots.filter(({ status }) => status === 200);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all(this.#shooters);
  }

  async #shoot(index: number): Promise<void> {
    for (let turn = index; !this.#isStopped; turn += 1) {
      const targets = this.#targets();
      const target = targets[turn % targets.length];
      if (target !== undefined) await this.#fire(target);
      await pause(pauseMilliseconds);
    }
  }

  async #fire(target: Target): Promise<void> {
    const shot: Shot = { number: this.shots.length, sentAt: performance.now(), answeredAt: Number.POSITIVE_INFINITY, status: 0 };
    this.shots.push(shot);
    try {
      const { status } = await api(target, 'POST', '/events', { name: eventName, channel: this.channel, data: String(shot.number) });
      shot.answeredAt = performance.now();
      shot.status = status;
    } catch {
      // The node is gone: nobody was promised anything.
    }
  }
}

/** The numbers of a load's events as a client received them. */
export function shotsSeen({ received }: Client, channel: string): readonly number[] {
  return received
    .filter((text) => text.includes(`"${eventName}"`))
    .map((text) => JSON.parse(text))
    .filter((frame) => frame.event === eventName && frame.channel === channel)
    .map(({ data }) => Number(data));
}

/** Ends the load, and resolves when each listener has received everything that was answered 200, and nothing twice. */
export async function expectDelivered(load: Load, listeners: readonly Client[], target: Target): Promise<void> {
  await load.stop();
  const end = { name: 'end', channel: load.channel, data: '' };
  await expect.poll(async () => (await api(target, 'POST', '/events', end)).status, { timeout: 5000 }).toBe(200);
  for (const client of listeners) {
    await client.next('end');
    expect(deliveryFaults(client, load.accepted, load.channel)).toEqual({ missing: [], repeated: [] });
  }
}

export interface DeliveryFaults {
  readonly missing: readonly number[];
  readonly repeated: readonly number[];
}

/** What of these events the client has not received, and what of the channel it received more than once. */
export function deliveryFaults(client: Client, expected: readonly Shot[], channel: string): DeliveryFaults {
  const seen = shotsSeen(client, channel);
  const distinct = new Set<number>();
  const repeated = seen.filter((number) => distinct.size === distinct.add(number).size);
  return { missing: expected.map(({ number }) => number).filter((number) => !distinct.has(number)), repeated };
}
