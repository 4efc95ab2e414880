import type { Scrape } from './metrics.ts';
import { selectorsOf } from './promql.ts';

/** Labels that are not the server's: Prometheus sets them. */
const foreignLabels = new Set(['job', 'instance']);
/** A response's status is only counted once it occurred. */
const openLabels = new Set(['status', 'route', 'app', 'le']);

/** What an expression reads that the server does not show: metrics, their labels, and values of labels that would never come. */
export function metricFaults(expression: string, { text, series }: Scrape): readonly string[] {
  const declared = new Set([...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].flatMap(([, name = '', type]) => namesOf(name, type)));
  return selectorsOf(expression).flatMap(({ metric, matchers }) => {
    if (metric === 'up') return [];
    if (!declared.has(metric)) return [`${metric} is not shown`];
    const shown = series.filter(({ name }) => name === metric);
    return matchers.flatMap(({ label, operator, value }) => {
      if (foreignLabels.has(label) || shown.length === 0) return [];
      if (!shown.some(({ labels }) => label in labels)) return [`${metric} has no label ${label}`];
      if (openLabels.has(label) || operator.startsWith('!')) return [];
      const wanted = operator === '=' ? [value] : value.split('|');
      return wanted.filter((one) => !shown.some(({ labels }) => labels[label] === one)).map((one) => `${metric} has no ${label}="${one}"`);
    });
  });
}

function namesOf(name: string, type: string | undefined): readonly string[] {
  return type === 'histogram' ? ['_bucket', '_sum', '_count'].map((suffix) => name + suffix) : [name];
}
