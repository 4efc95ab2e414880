import { type ChildProcess, spawn } from 'node:child_process';
import type { Environment } from '../config/variables.ts';
import type { WorkerStart } from '../drivers/workers/supervisor.ts';

/** Not one of the variables of Clarion, which people set: with it a process is a worker, and useless without its parent. */
const variable = '_CLARION_WORKER';

/**
 * Starts this program again, with the same arguments and the same output, as a worker. Detached: a Ctrl-C of the terminal is its parent's to
 * hand on.
 */
export function spawnWorker(start: WorkerStart): ChildProcess {
  return spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...workerEnvironment(start) },
  });
}

/** The variable by which a process learns that it is a worker. */
export function workerEnvironment(start: WorkerStart): Environment {
  return { [variable]: JSON.stringify(start) };
}

/** What this process was told by its parent; `undefined` when it is no worker. */
export function readWorkerStart(environment: Environment): WorkerStart | undefined {
  const text = environment[variable];
  return text === undefined ? undefined : JSON.parse(text);
}
