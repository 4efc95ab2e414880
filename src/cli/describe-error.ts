import { ConfigError } from '../config/fault.ts';
import { UsageError } from './command.ts';

/** An expected error in a sentence; of an unexpected one, which is a bug, where it came from. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isExpected = error instanceof UsageError || error instanceof ConfigError || 'code' in error || error.constructor === Error;
  if (!isExpected) return error.stack ?? error.message;
  return error.message === '' && 'code' in error ? String(error.code) : error.message;
}
