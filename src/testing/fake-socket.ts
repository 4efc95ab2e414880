import type { Socket } from '../core/ports.ts';

/** Topics of an engine that is not there: who subscribed to what. */
export class FakeTopics {
  readonly #subscribers = new Map<string, Set<FakeSocket>>();

  /** Topics that have a subscriber. */
  get names(): readonly string[] {
    return [...this.#subscribers.keys()];
  }

  publish(topic: string, frame: string, except?: FakeSocket): void {
    for (const socket of this.#subscribers.get(topic) ?? []) if (socket !== except) socket.send(frame);
  }

  has(topic: string, socket: FakeSocket): boolean {
    return this.#subscribers.get(topic)?.has(socket) ?? false;
  }

  add(topic: string, socket: FakeSocket): void {
    const sockets = this.#subscribers.get(topic) ?? new Set();
    this.#subscribers.set(topic, sockets.add(socket));
  }

  delete(topic: string, socket: FakeSocket): void {
    const sockets = this.#subscribers.get(topic);
    sockets?.delete(socket);
    if (sockets?.size === 0) this.#subscribers.delete(topic);
  }
}

/** A socket that keeps what it is sent. As strict as the port: a publish to a topic that it is not subscribed to is a bug, and throws. */
export class FakeSocket implements Socket {
  /** Text frames in the order of their arrival. */
  readonly frames: string[] = [];
  pings = 0;
  unsentBytes = 0;
  /** How it was closed from this side. */
  ended: { readonly code: number; readonly reason: string } | undefined;
  /** The `close` journey, called in the tick in which the socket closes. */
  onClose: (code: number) => void = () => {};
  readonly #topics: FakeTopics;
  readonly #subscriptions = new Set<string>();
  #isClosed = false;

  constructor(topics: FakeTopics = new FakeTopics()) {
    this.#topics = topics;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  send(frame: string): void {
    if (!this.#isClosed) this.frames.push(frame);
  }

  publish(topic: string, frame: string): void {
    if (this.#isClosed) return;
    if (!this.#topics.has(topic, this)) throw new Error(`published to ${topic} without a subscription to it`);
    this.#topics.publish(topic, frame, this);
  }

  subscribe(topic: string): void {
    if (this.#isClosed) return;
    this.#subscriptions.add(topic);
    this.#topics.add(topic, this);
  }

  unsubscribe(topic: string): void {
    if (this.#isClosed) return;
    this.#subscriptions.delete(topic);
    this.#topics.delete(topic, this);
  }

  ping(): void {
    if (!this.#isClosed) this.pings += 1;
  }

  end(code: number, reason: string): void {
    if (this.#isClosed) return;
    this.ended = { code, reason };
    this.disconnect(code);
  }

  /** The peer leaves, or the network does. */
  disconnect(code = 1006): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const topic of this.#subscriptions) this.#topics.delete(topic, this);
    this.onClose(code);
  }
}
