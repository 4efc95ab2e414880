import { connect } from 'node:net';
import { BrokerUnavailable, type ChannelAddress } from '../../core/ports.ts';
import type { CallName, Calls, NoticeName, Notices, OrderName, Orders, ToWorker, WireAddress } from './messages.ts';
import { Wire } from './wire.ts';

const heartbeatMilliseconds = 1000;
const answerMilliseconds = 2000;
const lookMilliseconds = 250;
/** What the parent may leave unread before more is refused. */
const maxUnsentBytes = 64 * 1024 * 1024;
/** A parent that leaves so much unread is as good as gone: what it has to be told cannot be refused. */
const lostUnsentBytes = 128 * 1024 * 1024;

export interface LinkOptions {
  readonly socketPath: string;
  readonly workerId: string;
  /** The parent is gone, and with it everything that this worker shares with others. Not called after `close`. */
  readonly lost: () => void;
}

interface Pending {
  readonly endsAt: number;
  readonly receive: (answer: unknown) => void;
  readonly reject: (reason: Error) => void;
  /** It was rejected, and its answer may still come. */
  isLate: boolean;
}

/**
 * A worker's connection to its parent. Everything arrives in the order in which it was sent; an answer comes behind what was announced before it.
 * Calls reject with BrokerUnavailable when the parent does not answer within 2 seconds, does not read, or is gone.
 */
export class Link {
  readonly #options: LinkOptions;
  readonly #pending = new Map<number, Pending>();
  readonly #orders = new Map<string, (argument: never) => void>();
  readonly #onOpen: (() => void)[] = [];
  #wire: Wire | undefined;
  #number = 0;
  #timers: readonly NodeJS.Timeout[] = [];
  #isStalled = false;

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  get isOpen(): boolean {
    return this.#wire?.isOpen === true;
  }

  /** Whether calls can be expected to be answered. */
  get isUp(): boolean {
    return this.#wire?.isOpen === true && !this.#isStalled && this.#wire.unsentBytes <= maxUnsentBytes;
  }

  /** Resolves when the parent can be talked to; at once when it is open already. */
  async open(): Promise<void> {
    if (this.isOpen) return;
    const socket = connect(this.#options.socketPath);
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    this.#wire = new Wire(socket, { message: (message) => this.#receive(message as ToWorker), closed: () => this.#end() });
    this.notify('hello', this.#options.workerId);
    for (const run of this.#onOpen) run();
    this.#wire.flush();
    this.#timers = [
      setInterval(() => this.notify('heartbeat'), heartbeatMilliseconds),
      setInterval(() => this.#failLate(performance.now()), lookMilliseconds),
    ];
  }

  /** What to do as soon as the parent can be talked to. */
  whenOpen(run: () => void): void {
    if (this.isOpen) run();
    else this.#onOpen.push(run);
  }

  /** Names the receiver of an order. Orders without one are ignored. */
  on<Name extends OrderName>(name: Name, receive: Orders[Name]): void {
    this.#orders.set(name, receive as (argument: never) => void);
  }

  notify<Name extends NoticeName>(name: Name, ...args: Parameters<Notices[Name]>): void {
    const wire = this.#wire;
    wire?.send([0, name, ...args]);
    if (wire !== undefined && wire.unsentBytes > lostUnsentBytes) wire.destroy();
  }

  call<Name extends CallName>(name: Name, ...args: Parameters<Calls[Name]>): Promise<ReturnType<Calls[Name]>> {
    return this.ask(name, args, () => undefined);
  }

  /**
   * A call whose answer is handed to `receive` as it arrives, before anything that was sent after it; `call` resolves later. Even an answer that
   * comes too late for the promise is handed over.
   */
  async ask<Name extends CallName>(
    name: Name,
    args: Parameters<Calls[Name]>,
    receive: (answer: ReturnType<Calls[Name]>) => void,
  ): Promise<ReturnType<Calls[Name]>> {
    const wire = this.#wire;
    if (wire === undefined || !wire.isOpen) throw new BrokerUnavailable('the parent of this worker is gone');
    if (wire.unsentBytes > maxUnsentBytes) throw new BrokerUnavailable('the parent of this worker does not keep up');
    this.#number += 1;
    const number = this.#number;
    wire.send([number, name, ...args]);
    return new Promise((resolve, reject) => {
      const received = (answer: unknown): void => {
        receive(answer as ReturnType<Calls[Name]>);
        resolve(answer as ReturnType<Calls[Name]>);
      };
      this.#pending.set(number, { endsAt: performance.now() + answerMilliseconds, reject, receive: received, isLate: false });
    });
  }

  /** Sends what waits and ends. */
  close(): void {
    const wire = this.#wire;
    this.#wire = undefined;
    this.#stop();
    wire?.end();
  }

  #receive(message: ToWorker): void {
    if (message[0] === 'order') return this.#orders.get(message[1])?.(message[2] as never);
    const [, number, answer, failure] = message;
    const pending = this.#pending.get(number);
    this.#pending.delete(number);
    this.#isStalled = false;
    if (failure === undefined) pending?.receive(answer);
    else pending?.reject(new Error(failure));
  }

  #end(): void {
    if (this.#wire === undefined) return;
    this.#wire = undefined;
    this.#stop();
    this.#options.lost();
  }

  #stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.#failLate(Number.POSITIVE_INFINITY);
    this.#pending.clear();
  }

  #failLate(now: number): void {
    for (const pending of this.#pending.values()) {
      if (pending.endsAt > now) return; // the oldest come first
      if (pending.isLate) continue;
      pending.isLate = true;
      this.#isStalled = true;
      pending.reject(new BrokerUnavailable('the parent of this worker did not answer'));
    }
  }
}

/** A channel as it is sent. */
export function wireAddress({ appId, channel }: ChannelAddress): WireAddress {
  return [appId, channel.name];
}

/** A limit as it is sent: JSON has no infinity. */
export function wireLimit(limit: number): number | null {
  return Number.isFinite(limit) ? limit : null;
}
