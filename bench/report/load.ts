import { readFileSync } from 'node:fs';
import type { RunResult } from './result.ts';

/** Reads what a run has written. Throws with the name of a file that is something else. */
export function loadResult(file: string): RunResult {
  const text = readFileSync(file, 'utf8');
  const result = parse(text);
  if (!isResult(result)) throw new Error(`${file} is not a result of this bench`);
  return result;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // not JSON, so no result either
  }
}

function isResult(value: unknown): value is RunResult {
  return (
    typeof value === 'object' && value !== null && 'format' in value && value.format === 1 && 'scenarios' in value && Array.isArray(value.scenarios)
  );
}
