import { systemClock } from '../drivers/system-clock.ts';
import { Supervisor } from '../drivers/workers/supervisor.ts';
import type { ExitCode } from './exit-code.ts';
import { type Surroundings, serve } from './serve.ts';
import { spawnWorker } from './worker-start.ts';

/** The parent of so many workers: it serves nobody itself. */
export function serveWorkers(workers: number, surroundings: Surroundings): Promise<ExitCode> {
  if (process.platform === 'win32') throw new Error('workers: several processes cannot share a port on Windows');
  const { loaded, log } = surroundings;
  const { host, port } = loaded.config.server;
  const supervisor = new Supervisor({ host, port, workers, log, clock: systemClock, spawn: spawnWorker });
  return serve(
    {
      workers,
      start: () => supervisor.start(),
      stop: () => supervisor.stop(),
      reload: () => supervisor.signal('SIGHUP'),
      kill: () => supervisor.kill(),
    },
    surroundings,
  );
}
