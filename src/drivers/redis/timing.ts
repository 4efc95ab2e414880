/** The times by which the nodes of a cluster live. All nodes must use the same; only tests use others than these. */
export interface ClusterTiming {
  /** How often a node proves that it lives. */
  readonly renewalMilliseconds: number;
  /** Time counts at most once per so long; a node is dead when time has counted three times without it. A little less than two renewals. */
  readonly tickMilliseconds: number;
  /** For so long after a renewal nobody can have been declared dead: the first of the three ticks may come at once. */
  readonly certainMilliseconds: number;
  /** How long the nodes have to tell a Redis that may have lost data what they hold. */
  readonly doubtMilliseconds: number;
  /** What Redis says it sent and what has not come after so long will not come. */
  readonly patienceMilliseconds: number;
  /** What many nodes and partitions would do at once is spread over so long. */
  readonly spreadMilliseconds: number;
}

export const clusterTiming: ClusterTiming = {
  renewalMilliseconds: 2000,
  tickMilliseconds: 3900,
  certainMilliseconds: 7500,
  doubtMilliseconds: 6000,
  patienceMilliseconds: 1000,
  spreadMilliseconds: 500,
};
