/** What one measurement found out. Absent: it does not apply, or there is no process to look into. */
export interface Metrics {
  /** CPU time of the server for one unit of the scenario. */
  readonly cpuMicroseconds?: number;
  /** Units per second of wall time. */
  readonly perSecond?: number;
  readonly p50Milliseconds?: number;
  readonly p99Milliseconds?: number;
  /** CPU time of the server in parts of one core. */
  readonly serverShare?: number;
  /** The same for the generator: near 1 it was the bottleneck, and `perSecond` says nothing about the server. */
  readonly generatorShare?: number;
  /** What all other processes took meanwhile, in cores: disturbance. */
  readonly strangersShare?: number;
  /** Resident memory of the server per unit. */
  readonly residentBytes?: number;
  /** Resident memory that the server gained during the measurement. */
  readonly grownMegabytes?: number;
  /** The longest time for which the server answered nobody. */
  readonly stallMilliseconds?: number;
  /** The longest time for which somebody waited for an answer. */
  readonly waitMilliseconds?: number;
  readonly bytesPerFrame?: number;
  /** Open loop: how late the generator sent, at the 99th percentile. */
  readonly lateMilliseconds?: number;
  /** Commands of one kind that Redis ran. */
  readonly redisCommands?: number;
  /** CPU time of Redis for one unit of the scenario. */
  readonly redisMicroseconds?: number;
  /** CPU time of the parent of workers, which is part of the server's, for one unit of the scenario. */
  readonly parentMicroseconds?: number;
  /** CPU time of a node that only receives, for one unit of the scenario. */
  readonly receiverMicroseconds?: number;
  /** Connections that the server closed. */
  readonly lost?: number;
}

export type MetricName = keyof Metrics;

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** The median of each metric, over the repetitions that have it. */
export function medians(repetitions: readonly Metrics[]): Metrics {
  const names = new Set(repetitions.flatMap((metrics) => Object.keys(metrics) as MetricName[]));
  return Object.fromEntries([...names].map((name) => [name, median(repetitions.flatMap((metrics) => metrics[name] ?? []))]));
}
