import { AggregatorRegistry } from 'prom-client';
import type { Metric } from './metric.ts';

/** Joins the metrics of several processes into one of each name. */
export async function join(processes: readonly (readonly Metric[])[]): Promise<readonly Metric[]> {
  const joined = await AggregatorRegistry.aggregate(mutable(processes)).getMetricsAsJSON();
  return joined as unknown as readonly Metric[]; // the library's types name its own enumerations
}

/** The metrics of all processes together in the text format of Prometheus. */
export function exposition(processes: readonly (readonly Metric[])[]): Promise<string> {
  return AggregatorRegistry.aggregate(mutable(processes)).metrics();
}

export const expositionType = 'text/plain; version=0.0.4; charset=utf-8';

/** The library declares what it only reads as changeable. */
function mutable(processes: readonly (readonly Metric[])[]): Metric[][] {
  return processes.map((metrics) => [...metrics]);
}
