import type { Log } from '../../core/ports.ts';
import type { KnownRevocations, Revocation, Revocations } from '../../core/revocation.ts';
import { answered } from './answered.ts';
import type { RedisClient } from './client.ts';
import { type KeySpace, revocationsBase } from './keys.ts';
import { listOf, textOf } from './reply.ts';
import { decodeRevocation, encodeRevocation } from './revocation-entry.ts';
import { loadScript } from './script.ts';

export interface RedisRevocationsOptions {
  readonly client: Pick<RedisClient, 'commands' | 'isCluster'>;
  readonly keySpace: KeySpace;
  readonly known: KnownRevocations;
  readonly log: Pick<Log, 'warn'>;
  /** Between two looks without a message; 1000 by default. */
  readonly lookMilliseconds?: number;
}

const defaultLookMilliseconds = 1000;
const entriesAtOnce = 500;
/** Of a Redis in which nothing was revoked yet. */
const noEpoch = '0';

/**
 * Keeps revocations in Redis, where every node reads what is new: when a message says so, when its subscription is back, and once a second in any
 * case, so that nothing depends on a message. When Redis has lost its data the nodes put back what they know.
 */
export class RedisRevocations implements Revocations {
  /** To be subscribed to; its messages are for `wake`. */
  readonly topic: string;
  readonly #options: RedisRevocationsOptions;
  readonly #base: string;
  readonly #add;
  readonly #read;
  #epoch = noEpoch;
  /** The number of the last change that was read. */
  #last = '0';
  #timer: NodeJS.Timeout | undefined;
  #reading: Promise<void> | undefined;
  #isWoken = false;
  #hasFailed = false;
  #isClosed = false;

  constructor(options: RedisRevocationsOptions) {
    this.#options = options;
    this.#base = revocationsBase(options.keySpace);
    this.topic = `${this.#base}:topic`;
    const { isCluster: isStrict } = options.client;
    this.#add = loadScript({ name: 'revocations-add', include: [isStrict ? 'sharded-topics' : 'topics', 'revocations'], isStrict });
    this.#read = loadScript({ name: 'revocations-read', include: ['revocations'], isStrict });
  }

  /** Resolves when everything that is revoked was told. Rejects when Redis does not answer. */
  async start(): Promise<void> {
    await this.#catchUp();
    this.#timer = setInterval(() => this.wake(), this.#options.lookMilliseconds ?? defaultLookMilliseconds);
  }

  async revoke(revocation: Revocation): Promise<void> {
    await answered(this.#send([revocation]));
    // Its message may be on a connection that is just being opened again.
    this.wake();
  }

  /** There may be something new. */
  wake(): void {
    if (this.#timer === undefined || this.#isClosed) return;
    if (this.#reading !== undefined) {
      this.#isWoken = true;
      return;
    }
    this.#reading = this.#look().finally(() => {
      this.#reading = undefined;
      if (!this.#isWoken) return;
      this.#isWoken = false;
      this.wake();
    });
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    try {
      await this.#catchUp();
      this.#hasFailed = false;
    } catch (err) {
      if (!this.#hasFailed && !this.#isClosed) this.#options.log.warn({ err }, 'revocations cannot be read from redis');
      this.#hasFailed = true;
    }
  }

  async #catchUp(): Promise<void> {
    for (;;) {
      const args = [this.#epoch, this.#last, entriesAtOnce];
      const [epoch, ...entries] = listOf(await this.#read.run(this.#options.client.commands, [this.#base], args));
      if (epoch !== this.#epoch) await this.#enter(textOf(epoch));
      for (const entry of entries) this.#receive(listOf(entry).map(textOf));
      if (entries.length < entriesAtOnce) return;
    }
  }

  #receive([subject = '', number = '', moment, endsAt]: readonly string[]): void {
    this.#last = number;
    const revocation = decodeRevocation(subject, Number(moment), Number(endsAt));
    if (revocation !== undefined) this.#options.known.add(revocation);
  }

  /** Another epoch: Redis has lost what was there, unless this is the first that is seen. */
  async #enter(epoch: string): Promise<void> {
    if (this.#epoch !== noEpoch) await this.#putBack();
    this.#epoch = epoch;
    this.#last = '0';
  }

  async #putBack(): Promise<void> {
    const revocations = [...this.#options.known.all()];
    for (let start = 0; start < revocations.length; start += entriesAtOnce) await this.#send(revocations.slice(start, start + entriesAtOnce));
  }

  #send(revocations: readonly Revocation[]): Promise<unknown> {
    return this.#add.run(this.#options.client.commands, [this.#base], revocations.flatMap(encodeRevocation));
  }
}
