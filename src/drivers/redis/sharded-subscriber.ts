import { type Cluster, Redis } from 'ioredis';
import { backoff, clusterNodeOptions, parseEndpoint } from './redis-options.ts';
import { SubscribedLink, type Subscriber, type SubscriberOptions } from './subscriber.ts';

interface Topic {
  readonly name: string;
  readonly slot: number;
  /** `HOST:PORT` of the server that it is subscribed on, or will be. */
  server: string | undefined;
  isPending: boolean;
}

/**
 * Sharded subscriptions on a Cluster: one connection per primary that owns a topic's slot. They follow their slots: after a failover or a
 * migration a topic goes down and comes up on the new owner. The client's own sharded subscriptions do not tell when they hold again.
 */
export class ShardedSubscriber implements Subscriber {
  readonly ready: Promise<void>;
  readonly #cluster: Cluster;
  readonly #options: SubscriberOptions;
  readonly #links = new Map<string, SubscribedLink>();
  readonly #onRefresh = (): void => this.#reconcile();
  #topics: readonly Topic[] = [];
  #isClosed = false;
  #resolveReady: () => void = () => undefined;

  /** `cluster` keeps the map of slots current. */
  constructor(cluster: Cluster, options: SubscriberOptions) {
    this.#cluster = cluster;
    this.#options = options;
    this.ready = new Promise((resolve) => {
      this.#resolveReady = resolve;
    });
    cluster.on('refresh', this.#onRefresh);
    void this.#locate();
  }

  close(): void {
    this.#isClosed = true;
    this.#cluster.off('refresh', this.#onRefresh);
    for (const link of this.#links.values()) link.close();
    this.#links.clear();
  }

  async #locate(): Promise<void> {
    for (let attempt = 1; !this.#isClosed; attempt += 1) {
      try {
        const slots = await Promise.all(this.#options.topics.map((topic) => this.#cluster.cluster('KEYSLOT', topic)));
        this.#topics = this.#options.topics.map((name, index) => ({ name, slot: Number(slots[index]), server: undefined, isPending: false }));
        return this.#reconcile();
      } catch (err) {
        this.#options.log.warn({ err }, 'redis cluster did not tell the slots of topics');
        await new Promise((resolve) => setTimeout(resolve, backoff(attempt, this.#options.random)));
      }
    }
  }

  /** Brings each topic to the owner of its slot. */
  #reconcile(): void {
    if (this.#isClosed) return;
    for (const topic of this.#topics) {
      const owner = this.#cluster.slots[topic.slot]?.[0];
      if (owner !== topic.server) this.#move(topic, owner);
      if (owner !== undefined) this.#raise(topic, this.#linkTo(owner));
    }
    for (const [server, link] of this.#links) {
      if (this.#topics.some((topic) => topic.server === server)) continue;
      link.close();
      this.#links.delete(server);
    }
  }

  #move(topic: Topic, owner: string | undefined): void {
    const old = topic.server === undefined ? undefined : this.#links.get(topic.server);
    topic.server = owner;
    topic.isPending = false;
    if (old === undefined) return;
    old.lower(topic.name);
    // Refused when the server noticed the move itself.
    if (old.redis.status === 'ready') old.redis.sunsubscribe(topic.name).catch(() => undefined);
  }

  #raise(topic: Topic, link: SubscribedLink): void {
    if (topic.isPending || link.isUp(topic.name) || link.redis.status !== 'ready') return;
    topic.isPending = true;
    void link.subscribe([topic.name]).then((isUp) => {
      topic.isPending = false;
      if (!isUp) return this.#cluster.refreshSlotsCache();
      if (this.#topics.every(({ name, server }) => server !== undefined && this.#links.get(server)?.isUp(name))) this.#resolveReady();
    });
  }

  #linkTo(server: string): SubscribedLink {
    const existing = this.#links.get(server);
    if (existing !== undefined) return existing;
    const redis = new Redis(clusterNodeOptions(this.#options, parseEndpoint(server)));
    const link = new SubscribedLink({ ...this.#options, redis, send: ([topic = '']) => redis.ssubscribe(topic) });
    redis.on('smessageBuffer', (topic: Buffer, payload: Buffer) => link.receive(topic, payload));
    redis.on('ready', () => this.#reconcile());
    redis.on('close', () => this.#cluster.refreshSlotsCache());
    // Some topic left this server, it is not said which: all are asked for again, and those that moved are refused.
    redis.on('moved', () => {
      link.reset();
      this.#cluster.refreshSlotsCache();
    });
    this.#links.set(server, link);
    return link;
  }
}
