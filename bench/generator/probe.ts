import type { Client } from './client.ts';
import type { Outcome } from './command.ts';
import { encodeFrame, opcodes } from './frame.ts';
import { Samples } from './samples.ts';

const pingFrame = encodeFrame(opcodes.text, '{"event":"pusher:ping","data":{}}');

/**
 * Pings a server at an interval, answered or not, through several connections in turn: a kernel hands ready sockets out one after the other, so
 * that a single connection would hear nothing while the server is busy serving everybody else. The longest silence of all of them is how long
 * the server's loop served nobody.
 */
export class Probe {
  readonly #clients: readonly Client[];
  readonly #timer: NodeJS.Timeout;
  readonly #sentAt: readonly number[][];
  readonly #waits = new Samples();
  readonly #startedAt = performance.now();
  #next = 0;
  #waiting = 0;
  /** Since when somebody has been waiting while nobody was answered. */
  #silentSince = 0;
  #silence = 0;

  constructor(clients: readonly Client[], intervalMilliseconds: number) {
    this.#clients = clients;
    this.#sentAt = clients.map(() => []);
    for (const [nth, client] of clients.entries()) client.count(() => this.#onPong(nth));
    this.#timer = setInterval(() => this.#ping(), intervalMilliseconds);
  }

  end(): Outcome {
    clearInterval(this.#timer);
    for (const client of this.#clients) client.close();
    const latency = this.#waits.summary();
    return {
      seconds: (performance.now() - this.#startedAt) / 1000,
      units: this.#waits.count,
      frames: 0,
      bytes: 0,
      lost: 0,
      silenceMilliseconds: this.#silence,
      ...(latency === undefined ? {} : { latency }),
    };
  }

  #ping(): void {
    const now = performance.now();
    if (this.#waiting === 0) this.#silentSince = now;
    this.#waiting += 1;
    this.#sentAt[this.#next]?.push(now);
    this.#clients[this.#next]?.send(pingFrame);
    this.#next = (this.#next + 1) % this.#clients.length;
  }

  #onPong(nth: number): void {
    const sentAt = this.#sentAt[nth]?.shift();
    if (sentAt === undefined) return;
    const now = performance.now();
    this.#waits.add(now - sentAt);
    this.#silence = Math.max(this.#silence, now - this.#silentSince);
    this.#silentSince = now;
    this.#waiting -= 1;
  }
}
