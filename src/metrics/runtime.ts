import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { countOpenFiles } from '../core/count-open-files.ts';
import type { Aggregator, Metric } from './metric.ts';

/** The interval at which the lag of the event loop is looked at; shorter ones wake an idle process more often than they are worth. */
const lookMilliseconds = 20;
const measuredWithInterval = /^nodejs_eventloop_lag_(min|max|mean|p\d+)_seconds$/;

/** Where the library's own way of joining processes would hide the one that is in trouble, or the metric. */
const aggregators: readonly (readonly [names: RegExp, aggregator: Aggregator])[] = [
  [/^nodejs_eventloop_lag_/, 'max'],
  [/^process_start_time_seconds$/, 'min'],
  [/^process_open_fds$/, 'max'], // each has its own; their sum would be above the limit of one
  [/^process_max_fds$/, 'min'],
];

/** CPU, memory, event loop, and garbage collection of this process, under the names that all dashboards for Node.js know. */
export class RuntimeMetrics {
  readonly #registry = new Registry();

  constructor() {
    collectDefaultMetrics({ register: this.#registry, eventLoopMonitoringPrecision: lookMilliseconds });
    if (process.platform === 'linux') showOpenFiles(this.#registry);
  }

  async collect(): Promise<readonly Metric[]> {
    const metrics = (await this.#registry.getMetricsAsJSON()) as unknown as readonly Metric[]; // the library's types name its own enumerations
    return metrics.map(corrected);
  }
}

/** The library lists all of them, which holds everything up for a tenth of a second when there are 100,000, and fails when there are too many. */
function showOpenFiles(registry: Registry): void {
  const name = 'process_open_fds';
  registry.removeSingleMetric(name);
  new Gauge({
    name,
    help: 'Number of open file descriptors.',
    registers: [registry],
    collect() {
      try {
        this.set(countOpenFiles());
      } catch {} // an older kernel, and none is left: as many as before
    },
  });
}

function corrected(metric: Metric): Metric {
  const { name, aggregator, values } = metric;
  const known = values.filter(({ value }) => Number.isFinite(value)); // nothing was measured yet
  return {
    ...metric,
    aggregator: aggregators.find(([names]) => names.test(name))?.[1] ?? aggregator,
    values: measuredWithInterval.test(name) ? known.map((one) => ({ ...one, value: Math.max(0, one.value - lookMilliseconds / 1000) })) : known,
  };
}
