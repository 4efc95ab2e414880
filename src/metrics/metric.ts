/** How values of several processes become one. */
export type Aggregator = 'sum' | 'min' | 'max' | 'first' | 'average' | 'omit';

export interface MetricValue {
  readonly value: number;
  readonly labels: Readonly<Record<string, string | number>>;
  /** Parts of a histogram or a summary have names of their own. */
  readonly metricName?: string;
}

/** A metric with what was measured, as plain data, in the shape in which prom-client hands metrics from one process to another. */
export interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary';
  readonly aggregator: Aggregator;
  readonly values: readonly MetricValue[];
}
