import { describe, expect, it } from 'vitest';
import { Histogram } from '../core/histogram.ts';
import { createSources } from '../testing/metric-sources.ts';
import { measure } from './family.ts';

describe('a family', () => {
  it('of numbers has a series for each sample, with its labels by name', () => {
    const metric = measure(
      { name: 'x', help: 'X.', type: 'gauge', labels: ['a', 'b'], aggregator: 'max', read: () => [[1, 'one', 'two']] },
      createSources(),
    );
    expect(metric).toEqual({ name: 'x', help: 'X.', type: 'gauge', aggregator: 'max', values: [{ value: 1, labels: { a: 'one', b: 'two' } }] });
  });

  it('is added up over workers unless it says otherwise', () => {
    expect(measure({ name: 'x', help: 'X.', type: 'counter', read: () => [] }, createSources()).aggregator).toBe('sum');
  });

  it('of a histogram counts in each bucket what is in the smaller ones too', () => {
    const histogram = new Histogram([1, 10]);
    for (const value of [1, 5, 5, 50]) histogram.observe(value);
    const { values } = measure({ name: 'x', help: 'X.', type: 'histogram', read: () => histogram }, createSources());
    expect(values.map(({ metricName, labels, value }) => [metricName, labels.le, value])).toEqual([
      ['x_bucket', 1, 1],
      ['x_bucket', 10, 3],
      ['x_bucket', '+Inf', 4],
      ['x_sum', undefined, 61],
      ['x_count', undefined, 4],
    ]);
  });
});
