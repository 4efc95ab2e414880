import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrokerMessage, Clock, ConnectionQuota, EventCache, IdempotencyStore, Log } from '../../core/ports.ts';
import { HostDepartures } from './host-departures.ts';
import { HostNode, orderText } from './host-node.ts';
import { HostRegistry } from './host-registry.ts';
import { HostRevocations } from './host-revocations.ts';
import { HostSurvey } from './host-survey.ts';
import { HostWebhooks } from './host-webhooks.ts';
import type { Calls, Notices, ToParent } from './messages.ts';
import { Wire } from './wire.ts';
import { parseAddress, parseLimit } from './wire-values.ts';

/** Of the parent's own clock, which stands still while the parent does. */
const maxSilentTicks = 10;
const defaultLimits: HostLimits = { tickMilliseconds: 1000, maxUnreadBytes: 64 * 1024 * 1024 };
const sweptChannelsPerTurn = 1000;

/** What the host tells of its workers. `workerId` as the worker said hello with. */
interface HostListener {
  listening(workerId: string, address: { readonly host: string; readonly port: number }): void;
  failed(workerId: string, reason: string): void;
  /** It does not read or has fallen silent: it has to be killed. */
  stuck(workerId: string, reason: string): void;
}

/** When a worker is taken for dead. */
export interface HostLimits {
  /** A tenth of the time for which it may be silent. */
  readonly tickMilliseconds: number;
  /** What it may leave unread. */
  readonly maxUnreadBytes: number;
}

export interface HostOptions {
  readonly log: Log;
  readonly clock: Clock;
  readonly cache: EventCache;
  readonly idempotency: IdempotencyStore;
  readonly quota: ConnectionQuota;
  readonly listener: HostListener;
  /** 10 seconds and 64 MB by default. */
  readonly limits?: HostLimits;
}

type Handlers<Table> = { readonly [Name in keyof Table]: Table[Name] extends (...args: infer Args) => infer Answer ? Handler<Args, Answer> : never };
type Handler<Args extends readonly unknown[], Answer> = (node: HostNode, ...args: Args) => Answer | Promise<Answer>;

/** The meeting point of the workers of one machine: what Redis is for nodes. Lives in the parent, behind a socket that only its user may open. */
export class Host {
  readonly #options: HostOptions;
  readonly #limits: HostLimits;
  readonly #server: Server;
  readonly #nodes = new Set<HostNode>();
  readonly #webhooks = new HostWebhooks<HostNode>();
  readonly #registry: HostRegistry<HostNode>;
  readonly #departures = new HostDepartures(this.#nodes);
  readonly survey = new HostSurvey(this.#nodes);
  readonly #revocations: HostRevocations;
  readonly #calls: Handlers<Calls>;
  readonly #notices: Handlers<Notices>;
  #directory = '';
  #logLevel: string | undefined;
  #ticker: NodeJS.Timeout | undefined;

  constructor(options: HostOptions) {
    this.#options = options;
    this.#limits = options.limits ?? defaultLimits;
    this.#server = createServer((socket) => this.#accept(socket));
    this.#revocations = new HostRevocations(options.clock, (text, to) => this.#tell(to === undefined ? this.#nodes : [to], text));
    this.#registry = new HostRegistry((announcement, to) => {
      this.#webhooks.record(announcement, options.clock.now());
      this.#tell(to ?? this.#nodes, orderText('announce', announcement));
    });
    this.#calls = this.#createCalls();
    this.#notices = this.#createNotices();
  }

  get socketPath(): string {
    return join(this.#directory, 'workers.sock');
  }

  async open(): Promise<void> {
    this.#directory = await mkdtemp(join(tmpdir(), 'clarion-')); // readable by this user only
    await new Promise<void>((resolve, reject) => this.#server.once('error', reject).listen(this.socketPath, resolve));
    this.#ticker = setInterval(() => this.#tick(), this.#limits.tickMilliseconds);
  }

  /** All workers log at this level from now on. */
  setLogLevel(level: string): void {
    this.#logLevel = level;
    this.#tell(this.#nodes, orderText('logLevel', level));
  }

  /** From now on workers leave for good, and wait for each other before they do. */
  stop(): void {
    this.#departures.stop();
    this.#webhooks.stop();
  }

  async close(): Promise<void> {
    clearInterval(this.#ticker);
    for (const { wire } of this.#nodes) wire.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
    await rm(this.#directory, { recursive: true, force: true });
  }

  #accept(socket: Socket): void {
    const wire = new Wire(socket, {
      message: (message) => this.#receive(node, message as ToParent),
      closed: () => this.#remove(node),
    });
    const node = new HostNode(wire);
    this.#nodes.add(node);
  }

  #receive(node: HostNode, [number, name, ...args]: ToParent): void {
    node.silentTicks = 0;
    if (number === 0) {
      const notice = this.#notices[name as keyof Notices] as Handler<unknown[], void>;
      void notice(node, ...args);
      return;
    }
    const call = this.#calls[name as keyof Calls] as Handler<unknown[], unknown>;
    const answer = call(node, ...args);
    // What is known at once is answered at once, in order with what was announced before.
    if (!(answer instanceof Promise)) return node.reply(number, answer);
    answer.then(
      (late) => node.reply(number, late),
      (error: unknown) => node.fail(number, String(error)),
    );
  }

  /** What the worker held is left, in turns, so that the others are served meanwhile. */
  #remove(node: HostNode): void {
    node.isGone = true;
    this.#nodes.delete(node);
    this.#webhooks.lose(node);
    this.#departures.lose(node);
    this.survey.lose(node);
    for (const [appId, count] of node.connections) for (let index = 0; index < count; index += 1) this.#options.quota.release(appId);
    const turn = (): void => {
      if (this.#registry.sweep(node, sweptChannelsPerTurn)) setImmediate(turn);
    };
    turn();
  }

  #tick(): void {
    this.#revocations.tick();
    for (const node of this.#nodes) {
      node.silentTicks += 1;
      if (node.silentTicks > maxSilentTicks) this.#giveUp(node, 'it has fallen silent');
    }
  }

  #tell(nodes: Iterable<HostNode>, text: string): void {
    for (const node of nodes) {
      if (node.isGone) continue;
      node.wire.sendText(text);
      if (node.wire.unsentBytes > this.#limits.maxUnreadBytes) this.#giveUp(node, 'it does not read what it is sent');
    }
  }

  #giveUp(node: HostNode, reason: string): void {
    if (node.isGone) return;
    if (node.workerId !== undefined) this.#options.listener.stuck(node.workerId, reason);
    node.wire.destroy();
  }

  #publish(node: HostNode, batch: readonly BrokerMessage[], since: number): null {
    node.order('own', since);
    this.#tell(this.#nodes, orderText('batch', batch));
    return null;
  }

  #createCalls(): Handlers<Calls> {
    const { cache, idempotency, listener, quota } = this.#options;
    const registry = this.#registry;
    return {
      publish: (node, batch, since) => this.#publish(node, batch, since),
      take: (node, address, member, maxMembers) => registry.take(node, parseAddress(address), member, parseLimit(maxMembers)),
      count: (_node, address) => registry.count(parseAddress(address)),
      users: (_node, address) => registry.users(parseAddress(address)),
      list: (_node, appId, prefix) => registry.list(appId, prefix),
      cacheSet: (_node, address, event, ttlSeconds) => cache.set(parseAddress(address), event, ttlSeconds).then(() => null),
      cacheGet: (_node, address) => cache.get(parseAddress(address)).then((cached) => cached ?? null),
      claim: (_node, key, fingerprint) => idempotency.claim(key, fingerprint),
      complete: (_node, key, answer) => idempotency.complete(key, answer).then(() => null),
      releaseKey: (_node, key) => idempotency.release(key).then(() => null),
      acquire: (node, appId, maxConnections) => this.#acquire(node, appId, parseLimit(maxConnections)),
      countConnections: (_node, appId) => quota.count(appId),
      revoke: (_node, revocation) => this.#revocations.add(revocation),
      revocations: (node) => this.#revocations.tellAll(node),
      failed: ({ workerId }, reason) => {
        if (workerId !== undefined) listener.failed(workerId, reason);
        return null;
      },
      closeWebhooks: (node) => this.#webhooks.leave(node),
    };
  }

  #createNotices(): Handlers<Notices> {
    const { listener, quota } = this.#options;
    return {
      hello: (node, workerId) => {
        node.workerId = workerId;
        if (this.#logLevel !== undefined) node.order('logLevel', this.#logLevel);
      },
      listening: ({ workerId }, host, port) => {
        if (workerId !== undefined) listener.listening(workerId, { host, port });
      },
      heartbeat: () => undefined,
      hold: (node, address, subscriptions) => this.#registry.hold(node, parseAddress(address), subscriptions),
      leave: (node, address, userId) => this.#registry.leave(node, parseAddress(address), userId),
      releaseConnection: (node, appId) => {
        const count = node.connections.get(appId) ?? 0;
        if (count === 0) return;
        node.connections.set(appId, count - 1);
        quota.release(appId);
      },
      take: (node, rates) =>
        this.#tell(
          [...this.#nodes].filter((other) => other !== node),
          orderText('taken', rates),
        ),
      addFact: (node, fact) => {
        // Every worker that holds the channel has seen its count.
        if (fact.type !== 'subscription_count' || this.#registry.isSpeaker(node, fact.appId, fact.channel)) this.#webhooks.add(fact);
      },
      drained: (node) => this.#departures.drained(node),
      knownAs: (node, ids) => this.#departures.knownAs(node, ids),
      report: (node, number, readings) => this.survey.answered(node, number, readings),
      consume: (node) => this.#webhooks.consume(node),
      done: (node, ids) => this.#webhooks.done(node, ids),
    };
  }

  async #acquire(node: HostNode, appId: string, maxConnections: number): Promise<boolean> {
    const isGranted = await this.#options.quota.acquire(appId, maxConnections);
    if (isGranted && node.isGone) this.#options.quota.release(appId);
    else if (isGranted) node.connections.set(appId, (node.connections.get(appId) ?? 0) + 1);
    return isGranted;
  }
}
