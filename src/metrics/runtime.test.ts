import { expect, it } from 'vitest';
import { countOpenFiles } from '../core/count-open-files.ts';
import { exposition } from './exposition.ts';
import { RuntimeMetrics } from './runtime.ts';

it('shows the process under the names that everybody knows, in numbers only', async () => {
  const metrics = await new RuntimeMetrics().collect();
  const names = metrics.map(({ name }) => name);
  for (const name of [
    'process_cpu_seconds_total',
    'process_resident_memory_bytes',
    'nodejs_eventloop_lag_p99_seconds',
    'nodejs_gc_duration_seconds',
  ]) {
    expect(names).toContain(name);
  }
  const openFiles = metrics.find(({ name }) => name === 'process_open_fds')?.values[0]?.value;
  if (process.platform === 'linux') expect(Math.abs(Number(openFiles) - countOpenFiles())).toBeLessThan(5);
  expect(metrics.flatMap(({ values }) => values).every(({ value }) => Number.isFinite(value))).toBe(true);
});

it('of several processes shows the lag of the worst and the start of the first', async () => {
  const metrics = await new RuntimeMetrics().collect();
  const aggregatorOf = (name: string) => metrics.find((metric) => metric.name === name)?.aggregator;
  expect(aggregatorOf('nodejs_eventloop_lag_p99_seconds')).toBe('max');
  expect(aggregatorOf('process_start_time_seconds')).toBe('min');
  expect(aggregatorOf('process_open_fds')).toBe('max'); // beside the limit of one
  expect(await exposition([metrics, metrics])).toMatch(/^process_start_time_seconds \d+$/m);
});
