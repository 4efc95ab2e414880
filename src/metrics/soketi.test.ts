import { expect, it } from 'vitest';
import { createSources } from '../testing/metric-sources.ts';
import { createTestEngine } from '../testing/test-engine.ts';
import { soketiMetrics } from './soketi.ts';

it("gives every metric the labels of Soketi, and the process's their prefix", async () => {
  const engine = createTestEngine();
  const sources = createSources(engine);
  await engine.connect();
  const histogram = {
    name: 'h',
    help: 'H.',
    type: 'histogram',
    aggregator: 'sum',
    values: [{ value: 1, labels: { le: 1 }, metricName: 'h_bucket' }],
  } as const;
  const metrics = soketiMetrics(sources, [histogram], 6001);
  expect(metrics.find(({ name }) => name === 'soketi_connected')?.values).toEqual([{ value: 1, labels: { app_id: 'app', port: 6001 } }]);
  expect(metrics.at(-1)).toMatchObject({ name: 'soketi_h', values: [{ value: 1, labels: { le: 1, port: 6001 }, metricName: 'soketi_h_bucket' }] });
});
