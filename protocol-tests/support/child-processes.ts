import { readFileSync } from 'node:fs';

/** The processes that this one has started and that have not ended. */
export function childrenOf(pid: number): readonly number[] {
  return readProcess(`${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number).filter(isRunning);
}

/** Whether the process is there, and more than what its parent has still to take note of. */
export function isRunning(pid: number): boolean {
  return /\) [^ZX]/.test(readProcess(`${pid}/stat`));
}

/** Empty when there is no such process. */
function readProcess(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, 'utf8');
  } catch {
    return '';
  }
}
