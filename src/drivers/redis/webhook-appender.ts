import type { WebhookFact } from '../../core/events.ts';
import type { Log } from '../../core/ports.ts';
import type { RedisClient } from './client.ts';
import { backoff } from './redis-options.ts';
import type { Script } from './script.ts';

export interface AppenderOptions {
  readonly client: Pick<RedisClient, 'commands'>;
  readonly script: Script;
  readonly stream: string;
  readonly node: string;
  /** The id under which the registry knows this node in the partition; empty while it does not. */
  readonly member: () => string;
  readonly log: Pick<Log, 'error'>;
  readonly maxUnsentFacts: number;
  /** Called when facts have reached the stream. */
  readonly appended: () => void;
}

const maxBatchFacts = 500;
const maxStreamEntries = 100_000;

/** Brings this node's facts into the stream of a partition, in order, each once. Keeps a bounded number while Redis does not answer. */
export class WebhookAppender {
  readonly #options: AppenderOptions;
  #facts: string[] = [];
  /** What is being sent, under the number by which Redis knows it again. */
  #batch: readonly string[] = [];
  #number = 0;
  #isBusy = false;
  #isClosed = false;
  #retry: NodeJS.Timeout | undefined;
  #hasDropped = false;

  constructor(options: AppenderOptions) {
    this.#options = options;
  }

  /** Facts that have not reached the stream. */
  get size(): number {
    return this.#facts.length + this.#batch.length;
  }

  add(fact: WebhookFact): void {
    this.#facts.push(JSON.stringify(fact));
    if (this.#facts.length > this.#options.maxUnsentFacts) this.#dropOldest();
    if (this.#isBusy || this.#isClosed) return;
    this.#isBusy = true;
    setImmediate(() => void this.#send(1));
  }

  /** Tries once more to send what waits. Never rejects. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    while (this.size > 0 && (await this.#attempt()));
    if (this.size > 0) this.#options.log.error({ facts: this.size }, 'webhooks lost: redis did not take them before the server stopped');
  }

  async #send(attempt: number): Promise<void> {
    const isSent = await this.#attempt();
    if (isSent) this.#options.appended();
    if (this.#isClosed) return;
    this.#isBusy = this.size > 0;
    if (!this.#isBusy) this.#hasDropped = false;
    else if (isSent) void this.#send(1);
    else this.#retry = setTimeout(() => void this.#send(attempt + 1), backoff(attempt, Math.random));
  }

  async #attempt(): Promise<boolean> {
    const { client, script, stream, node, member } = this.#options;
    if (this.size === 0) return true;
    if (this.#batch.length === 0) {
      this.#batch = this.#facts.splice(0, maxBatchFacts);
      this.#number += 1;
    }
    try {
      await script.run(client.commands, [stream, `${stream}:appended:${node}`], [this.#number, maxStreamEntries, member(), ...this.#batch]);
      this.#batch = [];
      return true;
    } catch {
      return false; // the connection logs its outages
    }
  }

  #dropOldest(): void {
    this.#facts.shift();
    if (!this.#hasDropped) this.#options.log.error({ waiting: this.size }, 'webhooks dropped: too many wait for redis');
    this.#hasDropped = true;
  }
}
