/** What a node's part of the cluster has met; plain numbers that are read when metrics are asked for. */
export interface ClusterCounters {
  /** Messages that were published and did not arrive here. */
  lost: number;
  /** Messages that were none of ours. */
  malformed: number;
  /** Batches that came again. */
  duplicates: number;
  /** Times that this node had to tell Redis everything it holds again. */
  reentries: number;
  /** Nodes whose sweep this node took part in. */
  sweeps: number;
}

export function createCounters(): ClusterCounters {
  return { lost: 0, malformed: 0, duplicates: 0, reentries: 0, sweeps: 0 };
}
