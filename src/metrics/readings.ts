import type { Metric } from './metric.ts';
import type { Usage } from './usage.ts';

/** What one process has to tell; plain data that can go from one process to another. */
export interface Readings {
  readonly metrics: readonly Metric[];
  readonly usage: Usage;
}
