/** Counts measurements by size. Plain numbers: whoever shows them reads them. */
export class Histogram {
  /** Upper bounds, rising; what is above the last one is counted behind it. */
  readonly bounds: readonly number[];
  /** One more than bounds, each without what the ones before it count. */
  readonly counts: number[];
  /** Of all measurements. */
  sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = new Array<number>(bounds.length + 1).fill(0);
  }

  observe(value: number): void {
    const { bounds, counts } = this;
    let index = 0;
    while (index < bounds.length && value > (bounds[index] as number)) index += 1;
    counts[index] = (counts[index] as number) + 1;
    this.sum += value;
  }
}

/** Bounds for times from a tenth of a millisecond to 10 seconds, in seconds. */
export const latencySeconds: readonly number[] = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
