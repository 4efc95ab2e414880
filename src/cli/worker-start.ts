import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { deserialize, serialize } from 'node:v8';
import { completeConfig } from '../config/complete.ts';
import type { LoadedConfig } from '../config/load.ts';
import type { Settings } from '../config/schema.ts';
import type { Environment } from '../config/variables.ts';
import type { WorkerStart } from '../drivers/workers/supervisor.ts';

/** Not one of the variables of Clarion, which people set: with it a process is a worker, and useless without its parent. */
const variable = '_CLARION_WORKER';

/** What a process serves with, wherever it comes from. */
export type Loaded = Pick<LoadedConfig, 'config' | 'settings' | 'usesDevelopmentApp'>;

const standardInput = 0;

/**
 * Starts this program again, with the same arguments and the same output, as a worker. Detached: a Ctrl-C of the terminal is its parent's to
 * hand on. The settings go through its standard input: files may have changed since the parent read them, and all workers must be alike.
 */
export function spawnWorker(start: WorkerStart, loaded: Loaded): ChildProcess {
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    detached: true,
    stdio: ['pipe', 'inherit', 'inherit'],
    env: { ...process.env, ...workerEnvironment(start) },
  });
  child.stdin?.on('error', () => {}); // it has ended, which is seen elsewhere
  child.stdin?.end(serialize(withoutDefaults(loaded)));
  return child;
}

/** What this worker's parent has handed to it. */
export function readLoaded(): Loaded {
  const settings: Settings = deserialize(readFileSync(standardInput));
  return { settings, usesDevelopmentApp: false, config: completeConfig(settings, { inProduction: false, onTerminal: false }) };
}

/** Nothing is left to follow from where the process runs. */
function withoutDefaults({ settings, config: { webhooks, log } }: Loaded): Settings {
  return { ...settings, webhooks: { ...settings.webhooks, allowHttp: webhooks.allowHttp }, log: { ...settings.log, pretty: log.pretty } };
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
