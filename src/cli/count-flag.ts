import { flagValue, type Input, UsageError } from './command.ts';

/** `--count`: how many it shall be; without the flag, no end. Throws UsageError. */
export function readCount(input: Input): number {
  const text = flagValue(input, 'count');
  if (text === undefined) return Number.POSITIVE_INFINITY;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new UsageError('--count must be a whole number of at least 1.');
  return Number(text);
}
