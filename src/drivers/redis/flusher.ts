import type { Log } from '../../core/ports.ts';
import { argumentsOf, type FlushPlan, planFlush } from './flush-plan.ts';
import type { FlushSettler } from './flush-settler.ts';
import type { HeldChannel } from './held-channel.ts';
import type { PartitionLink } from './partition-link.ts';
import { refusalOf } from './reply.ts';

interface FlusherOptions {
  readonly link: PartitionLink;
  readonly settler: FlushSettler;
  /** Redis does not know this node, or less than it knew before. */
  readonly disowned: (reason: 'UNREGISTERED' | 'LOST') => void;
  readonly log: Pick<Log, 'debug'>;
}

/** The node as Redis knows it. */
interface Identity {
  readonly id: string;
  /** Whose holdings become this one's, or ''. */
  readonly previous: string;
}

const maxWork = 250;
/** How long a mere change of a count may wait for others. */
const gatherMilliseconds = 200;
const retryMilliseconds = 100;

/**
 * Tells Redis what this node holds: the difference between wanted and recorded, as absolute values, one call at a time. Whatever becomes of a
 * call, the next one says how things are by then; revisions keep one that was delayed from undoing it.
 */
export class Flusher {
  readonly #options: FlusherOptions;
  readonly #changed = new Set<HeldChannel>();
  #underWay: FlushPlan | undefined;
  #identity: Identity | undefined;
  #revision = 0;
  #acknowledged = 0;
  #isUrgent = false;
  #immediate: NodeJS.Immediate | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: FlusherOptions) {
    this.#options = options;
  }

  /** The revision of the last call that was answered. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** From now on under this id. */
  enter(identity: Identity): void {
    this.#identity = identity;
    this.#revision = 0;
    this.#acknowledged = 0;
    this.#hurry();
  }

  /** Nothing can be told until the next `enter`. */
  suspend(): void {
    this.#identity = undefined;
  }

  /** Something of the channel may differ. What is urgent is told at the end of the tick, together with everything else. */
  changed(channel: HeldChannel, isUrgent: boolean): void {
    channel.change += 1;
    this.#changed.add(channel);
    if (isUrgent) this.#hurry();
    else this.#timer ??= setTimeout(() => this.#flush(), gatherMilliseconds);
  }

  /** Resolves when Redis has what the node wants of the channel now. */
  async flushed(channel: HeldChannel): Promise<void> {
    if (!this.#changed.has(channel) && this.#underWay?.covered.has(channel) !== true) return;
    await new Promise<void>((done) => {
      channel.waiting ??= [];
      channel.waiting.push({ change: channel.change, done });
      this.#hurry();
    });
  }

  /** Channels of which something was not told yet. */
  *pending(): Iterable<HeldChannel> {
    yield* this.#changed;
    yield* this.#underWay?.covered.keys() ?? [];
  }

  close(): void {
    this.suspend();
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
  }

  #hurry(): void {
    this.#isUrgent = true;
    this.#immediate ??= setImmediate(() => this.#flush());
  }

  #flush(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
    this.#timer = undefined;
    this.#immediate = undefined;
    if (this.#underWay !== undefined) {
      this.#isUrgent = true; // it has waited long enough
      return;
    }
    if (this.#identity === undefined || this.#changed.size === 0) return;
    const plan = planFlush(this.#changed, maxWork);
    this.#isUrgent = this.#changed.size > 0; // more than fits into one call
    this.#underWay = plan;
    void this.#send(this.#identity, plan);
  }

  async #send(identity: Identity, plan: FlushPlan): Promise<void> {
    const { link, settler, disowned, log } = this.#options;
    let reply: unknown;
    try {
      if (plan.steps.length > 0) reply = await this.#call(link, identity, plan);
    } catch (err) {
      log.debug({ err }, 'redis did not take over what this node holds');
    }
    this.#underWay = undefined;
    const refusal = refusalOf(reply);
    const isOwn = this.#identity === identity;
    if (isOwn && (plan.steps.length === 0 || (reply !== undefined && refusal === undefined))) {
      settler.settle(plan, reply);
      if (this.#isUrgent) this.#hurry();
      else if (this.#changed.size > 0) this.#timer ??= setTimeout(() => this.#flush(), gatherMilliseconds);
      return;
    }
    settler.revert(plan);
    for (const channel of plan.covered.keys()) this.#changed.add(channel);
    for (const { channel } of plan.steps) this.#changed.add(channel);
    if (isOwn && (refusal === 'UNREGISTERED' || refusal === 'LOST')) disowned(refusal);
    else this.#timer ??= setTimeout(() => this.#flush(), retryMilliseconds);
  }

  async #call(link: PartitionLink, { id, previous }: Identity, plan: FlushPlan): Promise<unknown> {
    this.#revision += 1;
    const revision = this.#revision;
    const reply = await link.run('apply', [id, revision, this.#acknowledged, previous, ...argumentsOf(plan)]);
    if (refusalOf(reply) === undefined && this.#identity?.id === id) this.#acknowledged = revision;
    return reply;
  }
}
