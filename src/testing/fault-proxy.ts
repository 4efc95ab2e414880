import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { seededRandom } from './seeded-random.ts';

export interface FaultProxyOptions {
  /** Port of the server on 127.0.0.1. */
  readonly port: number;
  /** Equal seeds draw equal delays and faults. */
  readonly seed?: number;
  /** Delayed bytes per direction and connection; above it the sender has to wait. */
  readonly maxDelayedBytes?: number;
}

export interface Delay {
  readonly minMilliseconds: number;
  readonly maxMilliseconds: number;
}

/** What may befall each chunk of requests, as probabilities. */
export interface Unrest {
  /** The connection is cut before the server sees the chunk. */
  readonly cut: number;
  /** The connection is cut after the server has executed the chunk, and before it is answered. */
  readonly swallow: number;
}

interface Pair {
  readonly client: Socket;
  readonly upstream: Socket;
  /** The server's replies go nowhere; the first one cuts the client off. */
  isSwallowing: boolean;
}

/** A TCP proxy on a free port of 127.0.0.1 that fails as a network does, on command and repeatably. */
export class FaultProxy {
  readonly #server: Server;
  readonly #options: Required<FaultProxyOptions>;
  readonly #random: () => number;
  readonly #pairs = new Set<Pair>();
  #delay: Delay = { minMilliseconds: 0, maxMilliseconds: 0 };
  #unrest: Unrest = { cut: 0, swallow: 0 };
  #isPartitioned = false;
  #isRefusing = false;
  #swallowNext: ((request: Buffer) => boolean) | undefined;

  private constructor({ port, seed = 1, maxDelayedBytes = 16 * 1024 * 1024 }: FaultProxyOptions) {
    this.#options = { port, seed, maxDelayedBytes };
    this.#random = seededRandom(seed);
    this.#server = createServer((client) => this.#accept(client));
  }

  static async open(options: FaultProxyOptions): Promise<FaultProxy> {
    const proxy = new FaultProxy(options);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get connections(): number {
    return this.#pairs.size;
  }

  /** Every chunk arrives later by a time between the two, in order. Equal times delay without jitter. */
  delay(delay: Delay | number): void {
    this.#delay = typeof delay === 'number' ? { minMilliseconds: delay, maxMilliseconds: delay } : delay;
  }

  /** From now on each chunk of requests may meet a fault; zeros end it. */
  disturb(unrest: Unrest): void {
    this.#unrest = unrest;
  }

  /** Cuts every connection without a goodbye; new ones are accepted. */
  cut(): void {
    for (const pair of this.#pairs) end(pair);
  }

  /** Nothing passes in either direction until `heal`, and nothing is lost: connections stay open, new ones get no answer. */
  partition(): void {
    this.#isPartitioned = true;
    for (const { client, upstream } of this.#pairs) {
      client.pause();
      upstream.pause();
    }
  }

  /** Cuts every connection and, until `heal`, each new one at once. */
  refuse(): void {
    this.#isRefusing = true;
    this.cut();
  }

  /** Ends a partition, a refusal, delays and unrest. */
  heal(): void {
    this.#isPartitioned = false;
    this.#isRefusing = false;
    this.#delay = { minMilliseconds: 0, maxMilliseconds: 0 };
    this.#unrest = { cut: 0, swallow: 0 };
    for (const { client, upstream } of this.#pairs) {
      client.resume();
      upstream.resume();
    }
  }

  /** Cuts the connection of the next request that matches after the server has executed it and before its answer passes. */
  swallowNext(matches: (request: Buffer) => boolean = () => true): void {
    this.#swallowNext = matches;
  }

  async close(): Promise<void> {
    this.#server.close();
    this.cut();
    await once(this.#server, 'close');
  }

  #accept(client: Socket): void {
    client.on('error', () => client.destroy());
    if (this.#isRefusing) return void client.resetAndDestroy();
    const pair: Pair = { client, upstream: connect(this.#options.port, '127.0.0.1'), isSwallowing: false };
    this.#pairs.add(pair);
    for (const socket of [client, pair.upstream]) {
      socket.setNoDelay(true);
      socket.on('error', () => end(pair));
      socket.on('close', () => {
        this.#pairs.delete(pair);
        if (!pair.isSwallowing) end(pair);
      });
    }
    this.#forward(pair, client, pair.upstream, (chunk) => this.#passRequest(pair, chunk));
    this.#forward(pair, pair.upstream, client, () => this.#passReply(pair));
    if (this.#isPartitioned) {
      client.pause();
      pair.upstream.pause();
    }
  }

  #forward(pair: Pair, from: Socket, to: Socket, passes: (chunk: Buffer) => boolean): void {
    const delayed: { readonly chunk: Buffer; readonly dueAt: number }[] = [];
    let delayedBytes = 0;
    const release = (): void => {
      for (let first = delayed[0]; first !== undefined && first.dueAt <= performance.now(); first = delayed[0]) {
        delayed.shift();
        delayedBytes -= first.chunk.length;
        write(pair, from, to, first.chunk);
      }
      if (delayedBytes <= this.#options.maxDelayedBytes && !this.#isPartitioned) from.resume();
      const [next] = delayed;
      if (next !== undefined) setTimeout(release, next.dueAt - performance.now());
    };
    from.on('data', (chunk: Buffer) => {
      if (!passes(chunk)) return;
      const wait = this.#drawDelay();
      if (wait === 0 && delayed.length === 0) return write(pair, from, to, chunk);
      // A chunk never overtakes the one before it.
      delayed.push({ chunk, dueAt: Math.max(performance.now() + wait, delayed.at(-1)?.dueAt ?? 0) });
      delayedBytes += chunk.length;
      if (delayedBytes > this.#options.maxDelayedBytes) from.pause();
      if (delayed.length === 1) setTimeout(release, wait);
    });
  }

  #drawDelay(): number {
    const { minMilliseconds, maxMilliseconds } = this.#delay;
    return maxMilliseconds === 0 ? 0 : minMilliseconds + this.#random() * (maxMilliseconds - minMilliseconds);
  }

  #passRequest(pair: Pair, chunk: Buffer): boolean {
    const { cut, swallow } = this.#unrest;
    const drawn = cut + swallow === 0 ? 1 : this.#random();
    if (drawn < cut) {
      end(pair);
      return false;
    }
    const isChosen = this.#swallowNext?.(chunk) === true;
    if (isChosen) this.#swallowNext = undefined;
    if (isChosen || drawn < cut + swallow) pair.isSwallowing = true;
    return true;
  }

  #passReply(pair: Pair): boolean {
    if (!pair.isSwallowing) return true;
    // The server reads everything that was sent to it before it sees this end.
    pair.upstream.end();
    pair.upstream.resume();
    pair.client.destroy();
    return false;
  }
}

function write({ client, upstream, isSwallowing }: Pair, from: Socket, to: Socket, chunk: Buffer): void {
  if (to.destroyed || (isSwallowing && to === client)) return;
  if (to.write(chunk)) return;
  from.pause();
  const resume = (): void => void from.resume();
  to.once('drain', resume);
  upstream.once('close', () => to.off('drain', resume));
}

function end({ client, upstream }: Pair): void {
  client.destroy();
  upstream.destroy();
}
