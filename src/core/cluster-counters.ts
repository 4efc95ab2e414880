import { Histogram, latencySeconds } from './histogram.ts';

interface Outcomes {
  ok: number;
  failed: number;
}

/** What a node's part of the cluster has met since the start; plain numbers, read when metrics are collected. */
export interface ClusterCounters {
  /** Messages that were published and did not arrive here. */
  lost: number;
  /** Times that messages were missing. */
  gaps: number;
  /** Messages that were none of ours. */
  malformed: number;
  /** Batches that came again. */
  duplicates: number;
  /** Times that this node had to tell the others everything it holds again. */
  reentries: number;
  /** Nodes whose sweep this node took part in. */
  sweeps: number;
  /** Batches of this node of which the broker did not say that it accepted them. */
  unconfirmed: number;
  /** Seconds from the `publish` of a batch's first message until the batch came back to this node. */
  readonly lagSeconds: Histogram;
  /** Messages in each batch of this node. */
  readonly batchMessages: Histogram;
  /** What was asked of the registry, by the name of the operation. */
  readonly operations: Map<string, Outcomes>;
}

const batchSizes: readonly number[] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

export function createClusterCounters(): ClusterCounters {
  return {
    lost: 0,
    gaps: 0,
    malformed: 0,
    duplicates: 0,
    reentries: 0,
    sweeps: 0,
    unconfirmed: 0,
    lagSeconds: new Histogram(latencySeconds),
    batchMessages: new Histogram(batchSizes),
    operations: new Map(),
  };
}

/** What became of an operation so far. The names must be few and constant. */
export function outcomesOf({ operations }: Pick<ClusterCounters, 'operations'>, operation: string): Outcomes {
  const known = operations.get(operation);
  if (known !== undefined) return known;
  const outcomes: Outcomes = { ok: 0, failed: 0 };
  operations.set(operation, outcomes);
  return outcomes;
}
