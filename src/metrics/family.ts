import type { Histogram } from '../core/histogram.ts';
import type { Aggregator, Metric, MetricValue } from './metric.ts';
import type { Sources } from './sources.ts';

/** A number, then the values of the family's labels in their order. */
export type Sample = readonly [value: number, ...labels: string[]];

interface Described {
  readonly name: string;
  readonly help: string;
  /** How workers' values become one; the sum when absent. */
  readonly aggregator?: Aggregator;
}

/** A series for each combination of labels. The values of labels must be bounded by the configuration or by the program. */
export interface NumberFamily extends Described {
  readonly type: 'counter' | 'gauge';
  readonly labels?: readonly string[];
  readonly read: (sources: Sources) => Iterable<Sample>;
}

interface HistogramFamily extends Described {
  readonly type: 'histogram';
  readonly labels?: undefined;
  readonly read: (sources: Sources) => Histogram;
}

/** What a metric is called, what it says, and where it is read. */
export type Family = NumberFamily | HistogramFamily;

/** The metric as it is now. */
export function measure(family: Family, sources: Sources): Metric {
  const { name, help, type, aggregator = 'sum' } = family;
  const values = family.type === 'histogram' ? bucketsOf(name, family.read(sources)) : samplesOf(family, sources);
  return { name, help, type, aggregator, values };
}

function samplesOf({ labels = [], read }: NumberFamily, sources: Sources): readonly MetricValue[] {
  return Array.from(read(sources), ([value, ...texts]) => ({
    value,
    labels: Object.fromEntries(labels.map((label, index) => [label, texts[index] ?? ''])),
  }));
}

/** Each bucket counts what the ones before it count too. */
function bucketsOf(name: string, { bounds, counts, sum }: Histogram): readonly MetricValue[] {
  let count = 0;
  const buckets = counts.map((own, index) => {
    count += own;
    return { value: count, labels: { le: bounds[index] ?? '+Inf' }, metricName: `${name}_bucket` };
  });
  return [...buckets, { value: sum, labels: {}, metricName: `${name}_sum` }, { value: count, labels: {}, metricName: `${name}_count` }];
}
