import { Redis } from 'ioredis';
import type { Log } from '../../core/ports.ts';
import { type ConnectionPart, connectionOptions } from './redis-options.ts';
import { type SuperviseOptions, supervise } from './supervise.ts';

/** What a subscriber tells its owner. Per topic: `up`, then messages, then perhaps `down`, and again. Must not throw. */
export interface TopicListener {
  /** Everything that is published on the topic from now on arrives, in order, until `down`. */
  up(topic: string): void;
  /** From now on messages may be missing. */
  down(topic: string): void;
  message(topic: string, payload: Buffer): void;
}

/** The subscriptions of a node. They are renewed for ever after whatever loss, each time with `down` and `up`. */
export interface Subscriber {
  /** Resolves once all topics are up for the first time; never rejects. */
  readonly ready: Promise<void>;
  close(): void;
}

export interface SubscriberOptions extends ConnectionPart {
  readonly topics: readonly string[];
  readonly listener: TopicListener;
  readonly log: Log;
}

const pingMilliseconds = 1000;

/** Subscriptions over one connection, to one server or to the primary that the Sentinels name. */
export function subscribe(options: SubscriberOptions): Subscriber {
  const { topics } = options;
  const redis = new Redis(connectionOptions(options));
  const link = new SubscribedLink({ ...options, redis, send: (part) => redis.subscribe(...part) });
  redis.on('messageBuffer', (topic: Buffer, payload: Buffer) => link.receive(topic, payload));
  const ready = new Promise<void>((resolve) => {
    redis.on('ready', () => {
      void link.subscribe(topics).then((isUp) => {
        if (isUp) resolve();
        else redis.disconnect(true);
      });
    });
  });
  return { ready, close: () => link.close() };
}

interface LinkOptions extends SuperviseOptions {
  readonly redis: Redis;
  readonly listener: TopicListener;
  readonly log: Log;
  /** Sends the command that subscribes. */
  readonly send: (topics: readonly string[]) => Promise<unknown>;
}

/** One subscribing connection: knows which topics are up on it, and asks whether it still lives. */
export class SubscribedLink {
  readonly redis: Redis;
  readonly #options: LinkOptions;
  readonly #up = new Set<string>();
  readonly #wanted = new Set<string>();
  readonly #ping: NodeJS.Timeout;
  readonly #end: () => void;
  #hasFailed = false;

  constructor(options: LinkOptions) {
    this.redis = options.redis;
    this.#options = options;
    this.redis.on('close', () => this.reset());
    this.#end = supervise(options.redis, options);
    this.#ping = setInterval(() => this.#askForLife(), pingMilliseconds);
  }

  isUp(topic: string): boolean {
    return this.#up.has(topic);
  }

  /** Whether all topics are up; `false` when the connection failed or refused. Never rejects. */
  async subscribe(topics: readonly string[]): Promise<boolean> {
    for (const topic of topics) this.#wanted.add(topic);
    try {
      await this.#options.send(topics);
    } catch (err) {
      // It is tried again for ever; once is enough to say so.
      if (!this.#hasFailed) this.#options.log.warn({ err, topics: topics.length }, 'redis subscription failed');
      this.#hasFailed = true;
      return false;
    }
    this.#hasFailed = false;
    for (const topic of topics) this.#raise(topic);
    return topics.every((topic) => this.#up.has(topic));
  }

  /** Takes the topic for lost. */
  lower(topic: string): void {
    this.#wanted.delete(topic);
    if (this.#up.delete(topic)) this.#options.listener.down(topic);
  }

  /** Takes all topics for lost. */
  reset(): void {
    this.#wanted.clear();
    for (const topic of [...this.#up]) this.lower(topic);
  }

  receive(topicBytes: Buffer, payload: Buffer): void {
    const topic = topicBytes.toString();
    // A message can be read together with the confirmation of its subscription, before that was handed on.
    if (!this.#up.has(topic)) this.#raise(topic);
    if (this.#up.has(topic)) this.#options.listener.message(topic, payload);
  }

  close(): void {
    clearInterval(this.#ping);
    this.reset();
    this.#end();
  }

  #raise(topic: string): void {
    if (!this.#wanted.has(topic) || this.#up.has(topic)) return;
    this.#up.add(topic);
    this.#options.listener.up(topic);
  }

  /** A subscriber only listens: without a question it would not notice that nobody is there any more. */
  #askForLife(): void {
    if (this.redis.status !== 'ready') return;
    this.redis.ping().catch(() => {
      if (this.redis.status === 'ready') this.redis.disconnect(true);
    });
  }
}
