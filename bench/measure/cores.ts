import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A CPU core, or several, as taskset names them; `undefined` when processes cannot be pinned. */
export type Core = string | undefined;

export interface Cores {
  readonly server: Core;
  /** Generators, and this process, which waits for them. */
  readonly generator: Core;
  /** For a server of several processes: every core but the generator's. */
  readonly workers: Core;
  /** Redis', one that nobody else has if there are three, else the generator's. */
  readonly redis: Core;
}

/** Chooses different cores for server and generator; none when there is only one, or no taskset. */
export function chooseCores(): Cores {
  const allowed = allowedCores(process.pid);
  const [server, generator, third] = allowed;
  if (generator === undefined || spawnSync('taskset', ['--version']).error !== undefined) {
    return { server: undefined, generator: undefined, workers: undefined, redis: undefined };
  }
  return { server, generator, workers: allowed.filter((core) => core !== generator).join(','), redis: third ?? generator };
}

/** The command that starts a program on a core. */
export function pinned(core: Core, command: readonly [string, ...string[]]): readonly [string, ...string[]] {
  return core === undefined ? command : ['taskset', '-c', core, ...command];
}

/** Moves a running process to a core. */
export function pin(core: Core, pid: number): void {
  if (core !== undefined) spawnSync('taskset', ['-a', '-c', '-p', core, String(pid)]);
}

/** Those that a process may run on, from a list such as `0-3,8`. */
export function allowedCores(pid: number): readonly string[] {
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
  return list.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, nth) => String(first + nth));
  });
}
