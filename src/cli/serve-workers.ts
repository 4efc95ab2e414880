import type { Log } from '../core/ports.ts';
import { systemClock } from '../drivers/system-clock.ts';
import { Supervisor } from '../drivers/workers/supervisor.ts';
import { countLines, type LineCounts } from '../metrics/line-counts.ts';
import { MetricsPort } from '../metrics/port.ts';
import type { Readings } from '../metrics/readings.ts';
import { RuntimeMetrics } from '../metrics/runtime.ts';
import type { MetricsSettings } from '../metrics/settings.ts';
import { WorkersMetrics } from '../metrics/workers.ts';
import type { ExitCode } from './exit-code.ts';
import { type Surroundings, serve } from './serve.ts';
import { spawnWorker } from './worker-start.ts';

/** The parent of so many workers: it serves nobody itself. */
export function serveWorkers(workers: number, surroundings: Surroundings): Promise<ExitCode> {
  if (process.platform === 'win32') throw new Error('workers: several processes cannot share a port on Windows');
  const { lines, loaded } = surroundings;
  const log = countLines(surroundings.log, lines);
  const { host, port } = loaded.config.server;
  const supervisor = new Supervisor({ host, port, workers, log, clock: systemClock, spawn: (start) => spawnWorker(start, loaded) });
  const metrics = openableMetrics(loaded.config.metrics, { workers, lines, log, supervisor });
  return serve(
    {
      workers,
      async start() {
        const address = await supervisor.start();
        await metrics?.open();
        return address;
      },
      async stop() {
        await supervisor.stop();
        metrics?.close();
      },
      reload: () => supervisor.signal('SIGHUP'),
      setLogLevel: (level) => supervisor.setLogLevel(level),
      kill: () => supervisor.kill(),
    },
    surroundings,
  );
}

interface Parent {
  readonly workers: number;
  readonly lines: LineCounts;
  readonly log: Log;
  readonly supervisor: Supervisor;
}

/** One port for all workers, opened when they serve. */
function openableMetrics(settings: MetricsSettings, { workers, lines, log, supervisor }: Parent): MetricsPort | undefined {
  if (!settings.enabled) return undefined;
  const metrics = new WorkersMetrics({
    workers,
    lines,
    runtime: new RuntimeMetrics(),
    survey: () => supervisor.survey() as Promise<ReadonlyMap<string, Readings | undefined>>, // workers are this program, which sends nothing else
  });
  return new MetricsPort({ settings, log, read: () => metrics.read() });
}
