const firstMilliseconds = 1000;
const longestMilliseconds = 60_000;

/**
 * How long to wait after the given number of failed attempts: doubling from a second to a minute, and shortened by up to half at random, so
 * that what failed together does not come back together. `random` is between 0 and 1.
 */
export function backoffMilliseconds(attempts: number, random: number): number {
  const longest = Math.min(longestMilliseconds, firstMilliseconds * 2 ** (attempts - 1));
  return Math.round(longest * (1 - random / 2));
}
