import { Cluster, Redis } from 'ioredis';
import type { Log } from '../../core/ports.ts';
import { type ConnectionPart, clusterOptions, connectionOptions, parseEndpoint } from './redis-options.ts';
import type { ConnectionSettings } from './settings.ts';
import { ShardedSubscriber } from './sharded-subscriber.ts';
import { type Subscriber, subscribe, type TopicListener } from './subscriber.ts';
import { reasonOf, supervise } from './supervise.ts';

/** What commands are sent through. A command that was not answered is never sent again by itself. */
export type Commands = Redis | Cluster;

export interface RedisClientOptions {
  readonly settings: ConnectionSettings;
  readonly log: Log;
  /** Seen in Redis' `CLIENT LIST`. */
  readonly name?: string;
  /** For tests; spreads reconnections. */
  readonly random?: () => number;
}

/**
 * A node's connections to Redis: one for commands and one for subscriptions, on a Cluster one of each per primary. They reconnect for ever, at
 * most half a second after each failed attempt. A command fails at once without a connection, and after 2 seconds without an answer.
 */
export class RedisClient {
  readonly isCluster: boolean;
  readonly commands: Commands;
  readonly #log: Log;
  readonly #part: (role: string) => ConnectionPart;
  readonly #end: () => void;
  readonly #subscribers = new Set<Subscriber>();

  constructor({ settings, log, name = 'clarion', random = Math.random }: RedisClientOptions) {
    this.isCluster = settings.cluster !== undefined;
    this.#log = log;
    this.#part = (role) => ({ settings, random, connectionName: `${name}-${role}` });
    const part = this.#part('commands');
    this.commands =
      settings.cluster === undefined
        ? new Redis(connectionOptions(part))
        : new Cluster(settings.cluster.nodes.map(parseEndpoint), clusterOptions(part));
    this.#end = supervise(this.commands, { log, random });
    // By itself a Cluster's connection to a server opens with the first command to it, and the next ones are refused until it is open.
    if (this.commands instanceof Cluster) this.commands.on('+node', (server: Redis) => void greet(server));
  }

  /** Resolves when commands can be sent. Rejects with the last error when that takes too long. */
  async connected(milliseconds: number): Promise<void> {
    await this.#ready(milliseconds);
    if (this.commands instanceof Cluster) await Promise.all(this.commands.nodes('all').map(greet));
  }

  async #ready(milliseconds: number): Promise<void> {
    const { commands } = this;
    if (commands.status === 'ready') return;
    await new Promise<void>((resolve, reject) => {
      let failure: Error | undefined;
      const remember = (error: Error): void => {
        failure = reasonOf(error);
      };
      const timer = setTimeout(() => {
        commands.off('error', remember).off('ready', succeed);
        reject(new Error(`Redis cannot be reached: ${failure?.message || 'no answer'}`, { cause: failure }));
      }, milliseconds);
      const succeed = (): void => {
        clearTimeout(timer);
        commands.off('error', remember);
        resolve();
      };
      commands.on('error', remember).once('ready', succeed);
    });
  }

  /** Whether commands can be expected to succeed now. */
  get isUp(): boolean {
    return this.commands.status === 'ready';
  }

  /** Subscribes to topics over the node's subscribing connection. To be called once, with all topics. */
  subscribe(topics: readonly string[], listener: TopicListener): Subscriber {
    const options = { ...this.#part('subscriber'), topics, listener, log: this.#log };
    const subscriber = this.commands instanceof Cluster ? new ShardedSubscriber(this.commands, options) : subscribe(options);
    this.#subscribers.add(subscriber);
    return subscriber;
  }

  /** Ends all connections; what waits for an answer is rejected. */
  close(): void {
    for (const subscriber of this.#subscribers) subscriber.close();
    this.#subscribers.clear();
    this.#end();
  }
}

/** Opens the connection to a server of a Cluster. Never rejects: whether it works is told by the commands that follow. */
async function greet(server: Redis): Promise<void> {
  await server.ping().catch(() => undefined);
}
