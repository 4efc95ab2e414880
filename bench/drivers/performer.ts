import { setImmediate as nextTick } from 'node:timers/promises';
import type { NodeCommand } from './command.ts';
import { appId, type ChannelAddress, type Drivers, type Envelope } from './drivers.ts';

/** Enough different events that no two in a batch are the same text. */
const distinctEvents = 1024;
/** Holds are spread over ticks, as arrivals are. */
const holdsPerTick = 1000;

/** Does what a command says with the drivers of one process. */
export class NodePerformer {
  readonly #drivers: Drivers;
  readonly #topics: readonly string[];
  readonly #addressOf: (name: string) => ChannelAddress;
  #received = 0;
  #awaited = Number.POSITIVE_INFINITY;
  #onAwaited: () => void = () => {};

  constructor(drivers: Drivers, topics: readonly string[], addressOf: (name: string) => ChannelAddress) {
    this.#drivers = drivers;
    this.#topics = topics;
    this.#addressOf = addressOf;
  }

  /** Events came. */
  receive(events: number): void {
    this.#received += events;
    if (this.#received >= this.#awaited) this.#onAwaited();
  }

  perform(command: NodeCommand): Promise<void> {
    switch (command.verb) {
      case 'publish':
        return this.#publish(command.events, command.perBatch, command.payloadBytes);
      case 'received':
        return this.#waitFor(command.events);
      case 'hold':
        return this.#hold(command.channels);
      case 'crowd':
        return this.#crowd(this.#addressOf(command.channel), command.sockets);
      case 'join':
        return this.#join(this.#addressOf(command.channel), command.members);
    }
  }

  async #publish(events: number, perBatch: number, payloadBytes: number): Promise<void> {
    const topics = this.#topics;
    const turns = Math.ceil(events / perBatch / topics.length);
    await Promise.all(topics.map((topic) => this.#publishIn(topic, turns, perBatch, payloadBytes)));
  }

  /** Each event by a call of its own, as separate requests publish them. Those of one tick share a batch and are accepted together: the last stands for all. */
  async #publishIn(topic: string, turns: number, perBatch: number, payloadBytes: number): Promise<void> {
    const { broker } = this.#drivers;
    const envelopes = Array.from({ length: distinctEvents }, (_, nth) => [envelope(topic, nth, payloadBytes)]);
    for (let turn = 0; turn < turns; turn++) {
      let accepted: Promise<void> | undefined;
      for (let nth = 0; nth < perBatch; nth++) accepted = broker.publish(envelopes[(turn * perBatch + nth) % distinctEvents] ?? []);
      await accepted;
    }
  }

  #waitFor(events: number): Promise<void> {
    return new Promise((resolve) => {
      this.#awaited = events;
      this.#onAwaited = resolve;
      this.receive(0);
    });
  }

  async #hold(channels: number): Promise<void> {
    const { registry } = this.#drivers;
    const addresses = Array.from({ length: channels }, (_, nth) => this.#addressOf(`held-${nth}`));
    for (const [nth, address] of addresses.entries()) {
      registry.hold(address, 1);
      if (nth % holdsPerTick === 0) await nextTick();
    }
    for (const address of addresses.slice(-1)) await registry.count(address);
  }

  async #crowd(address: ChannelAddress, sockets: number): Promise<void> {
    const { registry } = this.#drivers;
    for (let subscriptions = 1; subscriptions <= sockets; subscriptions++) registry.hold(address, subscriptions);
    await registry.count(address); // a read tells first what is not told yet
  }

  async #join(address: ChannelAddress, members: number): Promise<void> {
    const { registry } = this.#drivers;
    const taken: Promise<unknown>[] = [];
    for (let nth = 1; nth <= members; nth++) {
      registry.hold(address, nth);
      taken.push(registry.take(address, { userId: `user-${nth}`, userInfo: `{"name":"Somebody ${nth}"}` }, Number.POSITIVE_INFINITY));
    }
    await Promise.all(taken);
  }
}

function envelope(topic: string, nth: number, payloadBytes: number): Envelope {
  const data = JSON.stringify({ n: nth, text: 'x'.repeat(payloadBytes) }).slice(0, payloadBytes);
  return { topic, frame: JSON.stringify({ event: 'message', channel: topic.slice(appId.length + 1), data }) };
}
