import type { Latency } from './command.ts';

/** Gathers durations in milliseconds. */
export class Samples {
  readonly #values: number[] = [];

  add(milliseconds: number): void {
    this.#values.push(milliseconds);
  }

  get count(): number {
    return this.#values.length;
  }

  /** `undefined` when nothing was sampled. */
  summary(): Latency | undefined {
    const sorted = Float64Array.from(this.#values).sort();
    if (sorted.length === 0) return undefined;
    const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
    return { p50: at(0.5), p99: at(0.99), max: at(1) };
  }
}
