import { describe, expect, it } from 'vitest';
import { Histogram } from './histogram.ts';

describe('a histogram', () => {
  it('counts a measurement in the first bucket that is large enough, bounds included', () => {
    const histogram = new Histogram([1, 10]);
    for (const value of [0, 1, 1.5, 10, 11, 1000]) histogram.observe(value);
    expect(histogram.counts).toEqual([2, 2, 2]);
    expect(histogram.sum).toBe(1023.5);
  });

  it('puts what is no number behind everything, and stays whole', () => {
    const histogram = new Histogram([1]);
    histogram.observe(Number.POSITIVE_INFINITY);
    expect(histogram.counts).toEqual([0, 1]);
  });
});
