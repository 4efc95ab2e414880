import type { Log } from '../core/ports.ts';
import { systemClock } from '../drivers/system-clock.ts';
import { type WorkerStart, workerCount } from '../drivers/workers/supervisor.ts';
import { ProcessLog } from '../logs/process-log.ts';
import { countLines, createLineCounts } from '../metrics/line-counts.ts';
import type { Command } from './command.ts';
import { configFlags, loadFrom, optionFlags } from './config-flags.ts';
import { createServer } from './create-server.ts';
import type { ExitCode } from './exit-code.ts';
import { type Surroundings, serve } from './serve.ts';
import { serveWorkers } from './serve-workers.ts';
import type { Terminal } from './terminal.ts';
import { serveAsWorker } from './worker.ts';
import { readLoaded, readWorkerStart } from './worker-start.ts';

/** `clarion start`: serves until a signal, then drains. */
export const start: Command = {
  name: 'start',
  summary: 'Start the server.',
  flags: { ...configFlags, ...optionFlags },
  details:
    'SIGTERM and SIGINT close all connections over `drain.windowSeconds` and exit with 0; a second signal exits at once with 1.\n' +
    'SIGHUP reads the certificate and its key again. SIGUSR2 switches debug on and off in the log, as does `clarion log-level`.\n' +
    'The log goes to standard output: lines of JSON, or lines for people on a terminal. The line "listening" has host and port.\n' +
    'With --workers several processes share the port; a worker that ends is replaced. Their lines of the log have the field "worker".\n' +
    'How to use the development app is told on standard error, or on standard output when the log is for people.',
  async run(input, terminal) {
    const workerStart = readWorkerStart(terminal.environment);
    const { warnings, ...loaded } = workerStart === undefined ? loadFrom(input, terminal) : { ...readLoaded(), warnings: [] };
    const { config } = loaded;
    const processLog = new ProcessLog({
      settings: config.log,
      destination: terminal.stdout,
      colorize: terminal.isInteractive,
      ...(workerStart !== undefined && { fields: { worker: workerStart.index } }),
      clock: systemClock,
    });
    surviveLostReaders(terminal);
    const lines = createLineCounts();
    const log = countLines(processLog, lines);
    for (const warning of warnings) log.warn({ warning }, 'configuration');
    const endSurvival = surviveErrors(log);
    try {
      return await serveSomewhere({ loaded, lines, log: processLog, terminal }, workerStart);
    } finally {
      processLog.close();
      endSurvival();
    }
  },
};

/** In this process, or in others. */
function serveSomewhere(surroundings: Surroundings, workerStart: WorkerStart | undefined): Promise<ExitCode> {
  if (workerStart !== undefined) return serveAsWorker(workerStart, surroundings);
  const workers = workerCount(surroundings.loaded.config.workers);
  return workers > 1 ? serveWorkers(workers, surroundings) : serveHere(surroundings);
}

async function serveHere(surroundings: Surroundings): Promise<ExitCode> {
  const { lines, loaded, log } = surroundings;
  const server = await createServer(loaded.config, { lines, log });
  return serve({ ...server, workers: 1, kill: async () => undefined }, surroundings);
}

/** When whoever reads the output goes away, the server stays. To the end of the process: the error of a write comes after the write. */
function surviveLostReaders({ stdout, stderr }: Terminal): void {
  stdout.on('error', () => {});
  stderr.on('error', () => {});
}

/** An error that nobody caught is a bug in one place, no reason to drop every connection. Returns the function that ends this. */
function surviveErrors(log: Log): () => void {
  const onError = (error: unknown) => log.error({ err: error }, 'unhandled error');
  process.on('uncaughtException', onError);
  return () => process.off('uncaughtException', onError);
}
