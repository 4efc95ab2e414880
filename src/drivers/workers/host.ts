import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrokerMessage } from '../../core/ports.ts';
import { HostBackpressure } from './host-backpressure.ts';
import { HostDepartures } from './host-departures.ts';
import { HostIdempotency } from './host-idempotency.ts';
import { HostNode, orderText } from './host-node.ts';
import type { HostLimits, HostOptions } from './host-options.ts';
import { HostQuota } from './host-quota.ts';
import { HostRegistry } from './host-registry.ts';
import { HostRevocations } from './host-revocations.ts';
import { HostSurvey } from './host-survey.ts';
import { HostWebhooks } from './host-webhooks.ts';
import type { Calls, Notices, OnceKey, ToParent } from './messages.ts';
import { PublishedKeys } from './published-keys.ts';
import { Wire } from './wire.ts';
import { parseAddress, parseLimit } from './wire-values.ts';

/** Of the parent's own clock, which stands still while the parent does. */
const maxSilentTicks = 10;
const defaultLimits: HostLimits = { tickMilliseconds: 1000, maxUnreadBytes: 16 * 1024 * 1024 };
const sweptChannelsPerTurn = 1000;
/** What every system lets the path of a socket have. */
const maxPathBytes = 103;

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
  readonly #idempotency: HostIdempotency;
  readonly #quota: HostQuota;
  readonly #published: PublishedKeys;
  readonly #backpressure: HostBackpressure;
  readonly #calls: Handlers<Calls>;
  readonly #notices: Handlers<Notices>;
  #directory = '';
  #logLevel: string | undefined;
  #ticker: NodeJS.Timeout | undefined;

  constructor(options: HostOptions) {
    this.#options = options;
    this.#limits = options.limits ?? defaultLimits;
    this.#backpressure = new HostBackpressure({
      ...this.#limits,
      nodes: this.#nodes,
      patienceMilliseconds: this.#limits.tickMilliseconds,
      giveUp: (node) => this.#giveUp(node, 'it does not read what it is sent'),
    });
    this.#idempotency = new HostIdempotency(options.idempotency);
    this.#quota = new HostQuota(options.quota);
    this.#published = new PublishedKeys(options.clock);
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
    if (Buffer.byteLength(this.socketPath) > maxPathBytes)
      throw new Error(`the name of the temporary directory is too long for a socket in it: ${tmpdir()} (TMPDIR)`);
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
    this.#backpressure.close();
    for (const { wire } of this.#nodes) wire.destroy();
    if (this.#server.listening) await new Promise((resolve) => this.#server.close(resolve));
    await rm(this.#directory, { recursive: true, force: true });
  }

  #accept(socket: Socket): void {
    const wire = new Wire(socket, {
      message: (message) => this.#receive(node, message as ToParent),
      closed: () => this.#remove(node),
      drained: () => this.#backpressure.relieved(),
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
    try {
      const answer = call(node, ...args);
      // What is known at once is answered at once, in order with what was announced before.
      if (!(answer instanceof Promise)) return node.reply(number, answer);
      answer.then((late) => node.reply(number, late)).catch((error: unknown) => node.fail(number, error));
    } catch (error) {
      node.fail(number, error);
    }
  }

  /** What the worker held is left, in turns, so that the others are served meanwhile. */
  #remove(node: HostNode): void {
    node.isGone = true;
    this.#nodes.delete(node);
    this.#webhooks.lose(node);
    this.#departures.lose(node);
    this.survey.lose(node);
    this.#quota.lose(node);
    this.#idempotency.lose(node);
    this.#backpressure.relieved();
    const turn = (): void => {
      if (this.#registry.sweep(node, sweptChannelsPerTurn)) this.#backpressure.later(turn);
    };
    turn();
  }

  #tick(): void {
    this.#revocations.tick();
    if (this.#backpressure.isHolding) return; // nobody is heard
    for (const node of this.#nodes) {
      node.silentTicks += 1;
      if (node.silentTicks > maxSilentTicks) this.#giveUp(node, 'it has fallen silent');
    }
  }

  #tell(nodes: Iterable<HostNode>, text: string): void {
    for (const node of nodes) {
      if (node.isGone) continue;
      node.wire.sendText(text);
      this.#backpressure.sent(node);
    }
  }

  #giveUp(node: HostNode, reason: string): void {
    if (!node.wire.isOpen) return;
    if (node.workerId !== undefined) this.#options.listener.stuck(node.workerId, reason);
    node.wire.destroy();
  }

  #publish(node: HostNode, batch: readonly BrokerMessage[], since: number, keys: readonly OnceKey[] = []): null {
    const fresh = this.#published.without(batch, keys);
    if (fresh.length === 0) return null;
    node.order('own', since);
    this.#tell(this.#nodes, orderText('batch', fresh));
    return null;
  }

  #createCalls(): Handlers<Calls> {
    const { cache, listener } = this.#options;
    const [registry, idempotency] = [this.#registry, this.#idempotency];
    return {
      publish: (...args) => this.#publish(...args),
      take: (node, address, member, maxMembers) => registry.take(node, parseAddress(address), member, parseLimit(maxMembers)),
      count: (_node, address) => registry.count(parseAddress(address)),
      users: (_node, address) => registry.users(parseAddress(address)),
      list: (_node, appId, prefix) => registry.list(appId, prefix),
      cacheSet: (_node, address, event, ttlSeconds) => cache.set(parseAddress(address), event, ttlSeconds).then(() => null),
      cacheGet: (_node, address) => cache.get(parseAddress(address)).then((cached) => cached ?? null),
      claim: (node, key, fingerprint) => idempotency.claim(node, key, fingerprint),
      complete: (node, key, answer) => idempotency.complete(node, key, answer),
      releaseKey: (node, key) => idempotency.release(node, key),
      acquire: (node, appId, maxConnections) => this.#quota.acquire(node, appId, parseLimit(maxConnections)),
      countConnections: (_node, appId) => this.#quota.count(appId),
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
    const { listener } = this.#options;
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
      releaseConnection: (node, appId) => this.#quota.release(node, appId),
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
}
