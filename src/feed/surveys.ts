import { randomUUID } from 'node:crypto';
import type { App } from '../core/app.ts';
import type { Hub } from '../core/hub.ts';
import type { Clock } from '../core/ports.ts';
import type { RequestFault } from '../protocol/trigger.ts';
import { Meter } from './meter.ts';
import type { NodeStats } from './node-stats.ts';
import { describeStats } from './stats.ts';
import { survey } from './survey.ts';
import type { Watches } from './watches.ts';

interface SurveysOptions {
  readonly hub: Pick<Hub, 'connections' | 'channels'>;
  readonly clock: Clock;
  readonly node: string;
  readonly watches: Watches;
  /** Asks the other nodes. */
  readonly ask: (survey: string, appId: string) => void;
}

/** One app that somebody asks about. */
interface Asked {
  readonly meter: Meter;
  idleTicks: number;
  own: { readonly takenAt: number; readonly stats: Promise<NodeStats> } | undefined;
  answer: { readonly takenAt: number; readonly text: Promise<string> } | undefined;
}

/** How long a look at this node, and an answer, serves everybody who asks. */
const freshMilliseconds = 900;
/** How long other nodes have for their answer. */
const gatherMilliseconds = 250;
/** After so long without a question nothing is counted any more. */
const idleTicks = 30;
const maxApps = 100;
const maxNodes = 1000;

/** Numbers of all nodes, for who asks. However many ask, each node is looked at about once a second. */
export class Surveys {
  readonly #options: SurveysOptions;
  readonly #asked = new Map<string, Asked>();
  /** The answers of other nodes to surveys that are under way. */
  readonly #gathering = new Map<string, NodeStats[]>();

  constructor(options: SurveysOptions) {
    this.#options = options;
  }

  /** Numbers of all nodes that answer in time, as JSON. */
  async stats(app: App): Promise<string | RequestFault> {
    const asked = this.#find(app);
    if (asked === undefined) return { status: 429, error: 'Too many apps are being watched' };
    const now = this.#options.clock.monotonic();
    if (asked.answer === undefined || now - asked.answer.takenAt > freshMilliseconds) {
      asked.answer = { takenAt: now, text: this.#gather(app) };
    }
    return asked.answer.text;
  }

  /** This node's numbers; `undefined` when too many apps are asked about. */
  own(app: App): Promise<NodeStats> | undefined {
    const asked = this.#find(app);
    if (asked === undefined) return undefined;
    const { clock, hub, node } = this.#options;
    const now = clock.monotonic();
    if (asked.own === undefined || now - asked.own.takenAt > freshMilliseconds) {
      asked.own = { takenAt: now, stats: survey({ app, hub, node, meter: asked.meter }) };
    }
    return asked.own.stats;
  }

  /** Another node has answered. */
  add(id: string, stats: NodeStats): void {
    const answers = this.#gathering.get(id);
    if (answers !== undefined && answers.length < maxNodes) answers.push(stats);
  }

  /** Called once a second. */
  tick(): void {
    for (const [appId, asked] of this.#asked) {
      asked.meter.tick();
      asked.idleTicks += 1;
      if (asked.idleTicks < idleTicks) continue;
      this.#options.watches.remove(asked.meter);
      this.#asked.delete(appId);
    }
  }

  async #gather(app: App): Promise<string> {
    const id = randomUUID();
    const others: NodeStats[] = [];
    this.#gathering.set(id, others);
    this.#options.ask(id, app.id);
    const [own] = await Promise.all([this.own(app), pause(gatherMilliseconds)]);
    this.#gathering.delete(id);
    return JSON.stringify(describeStats(app.id, this.#options.clock.now(), own === undefined ? others : [own, ...others]));
  }

  #find(app: App): Asked | undefined {
    const { clock, watches } = this.#options;
    let asked = this.#asked.get(app.id);
    if (asked === undefined) {
      if (this.#asked.size >= maxApps) return undefined;
      asked = { meter: new Meter(app, clock), idleTicks: 0, own: undefined, answer: undefined };
      this.#asked.set(app.id, asked);
      watches.add(asked.meter);
    }
    asked.idleTicks = 0;
    return asked;
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}
