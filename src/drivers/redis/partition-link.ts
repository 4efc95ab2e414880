import { type ClusterCounters, outcomesOf } from '../../core/cluster-counters.ts';
import type { Commands } from './client.ts';
import { errorCode } from './error-code.ts';
import type { PartitionHealth } from './partition-health.ts';
import { loadScript, type Script } from './script.ts';

const names = [
  'apply',
  'claim',
  'compare',
  'controls',
  'count',
  'entered',
  'list',
  'publish',
  'register',
  'renew',
  'snapshot',
  'sweep',
  'users',
] as const;

export type ScriptName = (typeof names)[number];
export type Scripts = Readonly<Record<ScriptName, Script>>;

/** All scripts of a partition, for one server or for a Cluster. */
export function loadScripts(isCluster: boolean): Scripts {
  const include = [isCluster ? 'sharded-topics' : 'topics', 'prelude'];
  const scripts = names.map((name) => [name, loadScript({ name, include, isStrict: isCluster })]);
  return Object.fromEntries(scripts) as Scripts;
}

/** Runs scripts in one partition, and notes whether Redis answers there. */
export interface PartitionLink {
  /** Rejects when Redis did not answer, in which case it may have run or not, and when it refused. */
  run(name: ScriptName, args: readonly (string | number | Buffer)[]): Promise<unknown>;
}

interface LinkOptions {
  readonly commands: Commands;
  readonly scripts: Scripts;
  readonly base: string;
  readonly health: PartitionHealth;
  readonly counters: Pick<ClusterCounters, 'operations'>;
}

export function createPartitionLink({ commands, scripts, base, health, counters }: LinkOptions): PartitionLink {
  return {
    async run(name, args) {
      try {
        const reply = await scripts[name].run(commands, [base], args);
        health.answered();
        outcomesOf(counters, name).ok += 1;
        return reply;
      } catch (error) {
        outcomesOf(counters, name).failed += 1;
        if (meansOutage(error)) health.failed();
        else health.answered();
        throw error;
      }
    },
  };
}

const outages: ReadonlySet<string> = new Set([
  'READONLY',
  'LOADING',
  'MASTERDOWN',
  'CLUSTERDOWN',
  'NOREPLICAS',
  'MISCONF',
  'OOM',
  'BUSY',
  'TRYAGAIN',
  'UNBLOCKED',
]);

/** Everything that is not an answer, and the answers that say: not now. */
function meansOutage(error: unknown): boolean {
  return !(error instanceof Error && error.name === 'ReplyError') || outages.has(errorCode(error));
}
