import { seededRandom } from './seeded-random.ts';

/** Random decisions that are the same for the same seed. */
export class Chance {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  /** A whole number from 0 up to, and without, `end`. */
  below(end: number): number {
    return Math.floor(this.#random() * end);
  }

  /** True once in so many times. */
  oneIn(times: number): boolean {
    return this.below(times) === 0;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }
}

const defaultSeconds = 1.5;
const firstSeed = 1;
const seedsAtLeast = 20;

/**
 * Tries seed after seed for a while: 1.5 s, or as many as CLARION_FUZZ_SECONDS says. A failure names its seed, with which CLARION_FUZZ_SEED repeats it
 * alone. Every run begins with the same seeds.
 */
export async function fuzz(attempt: (chance: Chance) => void | Promise<void>): Promise<void> {
  const only = process.env.CLARION_FUZZ_SEED;
  if (only !== undefined) return attempt(new Chance(Number(only)));
  const endsAt = performance.now() + fuzzSeconds() * 1000;
  for (let seed = firstSeed; seed < firstSeed + seedsAtLeast || performance.now() < endsAt; seed += 1) {
    try {
      await attempt(new Chance(seed));
    } catch (cause) {
      throw new Error(`failed with CLARION_FUZZ_SEED=${seed}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    }
  }
}

/** The time of one fuzzer. */
function fuzzSeconds(): number {
  return Number(process.env.CLARION_FUZZ_SECONDS ?? defaultSeconds);
}

/** For the test around `fuzz`. */
export const fuzzTimeoutMilliseconds = fuzzSeconds() * 1000 + 60_000;
