import { spawnSync } from 'node:child_process';

/** Runs promtool or amtool. Returns what it complains about; empty when it is content. */
export function complaintsOf(command: 'promtool' | 'amtool', ...args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (error !== undefined) throw error;
  return status === 0 ? '' : `${stdout}${stderr}` || `${command} ended with ${status}`;
}
